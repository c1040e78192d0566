// Package config reads what a site's author sets: handbook.yaml (Config), and the
// front matter of pages (FrontMatter, Lab), with the defaults of what is not set.
//
// Package settings reads the YAML strictly; this package defines the keys and
// the values that they may have: config.go for the site and its machines,
// engines.go for Docker Engines, look.go for the look, front.go for pages,
// lab.go for labs.
package config
