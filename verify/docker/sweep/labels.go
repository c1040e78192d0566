package sweep

import (
	"os"
	"strconv"

	"github.com/docker/docker/api/types/filters"
)

// Labels of all that handbook makes on an engine. What has LabelRole is
// handbook's, and nothing else is ever removed.
const (
	LabelRole = "org.handbook.role"
	LabelRun  = "org.handbook.run"  // docker.Options.Run
	labelPage = "org.handbook.page" // verify.Spec.Page
	labelHost = "org.handbook.host" // name of the computer that handbook runs on
	labelPID  = "org.handbook.pid"  // its process there
)

// Roles. Only machines belong to a run; all runs share the rest.
const (
	roleMachine = "machine" // a machine, and the volume of its engine
	RoleImage   = "image"   // the machines' image
	RoleMirror  = "mirror"  // handbook's own mirror, and its volume
	RoleClosed  = "closed"  // the network of machines that have none
)

// MachineRepository is what images of machines are called that handbook builds.
const MachineRepository = "handbook-machine"

// Shared returns the labels of something that all runs share.
func Shared(role string) map[string]string { return map[string]string{LabelRole: role} }

// Machine returns the labels of a machine of a run.
func Machine(run, page string) map[string]string {
	host, _ := os.Hostname() // for people who look; nothing depends on it
	return map[string]string{
		LabelRole: roleMachine,
		LabelRun:  run,
		labelPage: page,
		labelHost: host,
		labelPID:  strconv.Itoa(os.Getpid()),
	}
}

// labelled selects what has a role, or any role if it is "".
func labelled(role string) filters.Args {
	label := LabelRole
	if role != "" {
		label += "=" + role
	}
	return filters.NewArgs(filters.Arg("label", label))
}
