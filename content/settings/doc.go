// Package settings reads YAML strictly: every key must be known, every value of
// its kind, and all mistakes are collected with their places.
package settings
