package main

import (
	"handbook/content"
	"handbook/verify"
)

// builtinMachine stands in every digest for what the built-in machine is made
// of.
const builtinMachine = "docker"

// judge sets the states of a site's labs and returns their plans. The error
// is all that keeps labs from being planned.
func judge(site *content.Site) (map[*content.Page]*verify.Plan, error) {
	return verify.Judge(site, builtinMachine)
}
