package main

import (
	"handbook/content"
	"handbook/verify"
	"handbook/verify/docker"
)

// judge sets the states of a site's labs and returns the digests of their
// plans. The error is all that keeps labs from being planned. The store may be
// nil.
func judge(site *content.Site, store content.Store) (map[*content.Page]string, error) {
	return verify.Judge(site, docker.BuiltinImage(), store)
}
