package docker

import (
	_ "embed"

	"handbook/verify"
)

// answerScript answers handbook's own short questions.
//
//go:embed machine/answer
var answerScript string

// newAnswers makes the process on a machine that runs answerScript.
func newAnswers(m *Machine) *verify.KeptScript {
	return verify.KeepScript(m, "pids() {\n"+pidsEvents+"\n}\n"+answerScript, "sh")
}
