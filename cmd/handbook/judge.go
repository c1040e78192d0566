package main

import (
	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker"
)

// judge sets the states of a site's labs and returns their plans. The error
// is all that keeps labs from being planned.
func judge(site *content.Site) (map[*content.Page]*verify.Plan, error) {
	return verify.Judge(site, docker.BuiltinImage())
}
