package main

import (
	"handbook/content"
	"handbook/verify"
)

// builtinMachine stands in every digest for what the built-in machine is made
// of.
const builtinMachine = "docker"

// judge sets the states of a site's labs. The error is all that keeps labs
// from being planned.
func judge(site *content.Site) error {
	_, err := verify.Judge(site, builtinMachine)
	return err
}
