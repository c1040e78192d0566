package drift

import (
	"strings"
	"testing"
)

// Each drift that is known: a line in which it is found, what its patch makes
// of it ("" if there is none, "-" if it removes the line), and one in which it is
// not found.
func TestKnown(t *testing.T) {
	cases := map[string]struct{ line, fixed, not string }{
		"docker-compose scale": {"docker-compose scale web=3", "docker compose up -d --no-recreate --scale web=3", "docker compose up --scale web=3"},
		"docker-compose v1":    {"sudo docker-compose up -d", "sudo docker compose up -d", "cat docker-compose.yml"},
		"docker-machine":       {"docker-machine ls", "", "docker ps"},
		"docker scan":          {"docker scan pear", "", "docker scout cves pear"},
		"docker daemon":        {"docker daemon -H x", "dockerd -H x", "dockerd"},
		"--link":               {"docker run -d --link db:db web", "", "docker run -d web"},
		"docker/whalesay":      {"docker run docker/whalesay cowsay boo", "", "docker run whale"},
		"training/webapp":      {"docker run -d training/webapp", "", "docker run -d webapp"},
		"version:":             {`version: "3.7"`, "-", "  version: 3"},
		"links:":               {"    links:", "", "    networks:"},
		"MAINTAINER":           {"MAINTAINER ann", `LABEL org.opencontainers.image.authors="ann"`, "LABEL maintainer=ann"},
		"ENV without =":        {"ENV PORT 80", "ENV PORT=80", "ENV PORT=80"},
		"apt-key":              {"curl x | apt-key add -", "", "apt-get update"},
		"SimpleHTTPServer":     {"python -m SimpleHTTPServer", "python3 -m http.server", "python3 -m http.server"},
		"python -m json.tool":  {"docker inspect x | python -m json.tool", "docker inspect x | jq .", "python3 -m json.tool x"},
		"/graph":               {"ls /graph/volumes", "ls /var/lib/docker/volumes", "ls /data/graph/x"},
		"py-pip":               {"RUN apk add --update py2-pip", "RUN apk add --update py3-pip", "RUN apk add py3-pip"},
		"centos":               {"FROM centos:7", "", "FROM rockylinux:9"},
		"ubuntu":               {"FROM ubuntu:16.04", "", "FROM ubuntu:24.04"},
		"debian":               {"docker run debian:jessie ls", "", "docker run debian:trixie ls"},
		"alpine":               {"FROM alpine:3.5", "", "FROM alpine:3.22"},
		"python 2":             {"FROM python:2.7-slim", "", "FROM python:3.13"},
		"python 3":             {"FROM python:3.6-alpine", "", "FROM python:3.12-slim"},
		"node":                 {"FROM node:12-alpine", "", "FROM node:22"},
		"openjdk":              {"FROM openjdk:8-jdk", "", "FROM eclipse-temurin:21"},
		"mysql 5":              {"    image: mysql:5.7", "", "    image: mysql:8.4"},
		"postgres":             {"    image: postgres:9.6", "", "    image: postgres:17"},
		"mongo":                {"docker run -d mongo:3.2", "", "docker run -d mongo:8"},
		"php":                  {"FROM php:7.2-apache", "", "FROM php:8.4-apache"},
		"ruby":                 {"FROM ruby:2.5", "", "FROM ruby:3.4"},
		"Docker Cloud":         {"docker-cloud service ps", "", "docker service ps x"},
	}
	for i := range All {
		d := &All[i]
		c, ok := cases[d.Name]
		if !ok {
			t.Errorf("%s has no test", d.Name)
			continue
		}
		kind := d.Kind
		if kind == Both {
			kind = File
			if strings.HasPrefix(c.line, "docker") || strings.HasPrefix(c.line, "curl") || strings.HasPrefix(c.line, "python") {
				kind = Command
			}
		}
		found := Find([]string{c.line}, kind)
		if len(found) != 1 || found[0].Known != d {
			t.Errorf("%s: %q: found %v", d.Name, c.line, found)
			continue
		}
		fixed := found[0].Fixed
		if found[0].Patch && fixed == "" {
			fixed = "-"
		}
		if fixed != c.fixed {
			t.Errorf("%s: patched to %q, want %q", d.Name, fixed, c.fixed)
		}
		for _, f := range Find([]string{c.not}, kind) {
			if f.Known == d {
				t.Errorf("%s: found in %q", d.Name, c.not)
			}
		}
		if !strings.HasPrefix(d.Source, "https://") || d.What == "" || d.Instead == "" {
			t.Errorf("%s: no source, or nothing that it says", d.Name)
		}
	}
}
