package docker

import (
	"os"
	"strconv"
)

// Labels of all that handbook makes on an engine. What carries labelRole is
// handbook's, and nothing else is ever removed.
const (
	labelRole = "org.handbook.role"
	labelRun  = "org.handbook.run"  // Options.Run
	labelPage = "org.handbook.page" // Spec.Page
	labelHost = "org.handbook.host" // name of the computer that handbook runs on
	labelPID  = "org.handbook.pid"  // its process there
)

// Roles.
const (
	roleMachine = "machine" // a machine, and the volume of its engine
	roleImage   = "image"   // the machines' image
	roleMirror  = "mirror"  // handbook's own mirror, and its volume
	roleClosed  = "closed"  // the network of machines that have none
)

// labels returns the labels of something that is made now.
func (e *Engine) labels(role, page string) map[string]string {
	labels := map[string]string{labelRole: role}
	if role == roleImage || role == roleMirror || role == roleClosed {
		return labels // shared by all runs
	}
	host, _ := os.Hostname() // for people who look; nothing depends on it
	labels[labelRun] = e.opts.Run
	labels[labelPage] = page
	labels[labelHost] = host
	labels[labelPID] = strconv.Itoa(os.Getpid())
	return labels
}
