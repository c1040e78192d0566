package repair

import (
	"testing"
)

func TestOf(t *testing.T) {
	for _, c := range []struct {
		name, text string
		failure    Failure
		want       string
	}{
		{"no image", "", Failure{Message: "exited with 125, expected 0", Details: []string{"docker: Error response from daemon: pull access denied for pear"}}, "skip: its image can't be pulled"},
		{"no image, and a text about errors", "It fails.", Failure{Message: "exited with 125, expected 0", Details: []string{"pull access denied for pear"}}, "skip: its image can't be pulled"},
		{"meant to fail", "This fails, since it is not there:", Failure{Message: "exited with 1, expected 0"}, "exit=1"},
		{"another status", "", Failure{Message: "exited with 2, expected 1"}, "exit=2"},
		{"no failure after all", "", Failure{Message: "exited with 0, expected 1"}, "exit=0"},
		{"unknown", "", Failure{Message: "exited with 3, expected 0"}, "skip: fails today: it exits with 3"},
		{"no command", "", Failure{Message: "exited with 127 (command not found), expected 0", Details: []string{"sh: apk: not found"}}, "skip: its command is not there"},
		{"output", "", Failure{Message: "printed something other than the page says"}, "any output"},
		{"ended", "", Failure{Reason: "container-ended"}, "dies"},
		{"no port", "", Failure{Reason: "not-listening"}, "ready=no"},
		{"asks", "", Failure{Reason: "waits-for-input", Message: "waits at \"Do you want to continue? [Y/n]\" for input"}, `type="y\\n"`},
		{"does not stay", "", Failure{Message: "ended with 0, expected that it keeps the terminal"}, "no stay"},
		{"endless", "", Failure{Message: "still running after 2m0s"}, "skip: does not end by itself"},
	} {
		if got := Of(c.failure, c.text).String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// What follows from a command that is not run is not run either.
func TestMissing(t *testing.T) {
	var m Missing
	m.Note("docker run -d --name web -p 8080:80 pears/web", true)
	m.Note("docker build -t ann/app .", true)
	m.Note("docker run -d --name db postgres", false)
	for in, want := range map[string]bool{
		"docker stop web": true, "docker logs -f web": true, "curl localhost:8080": true, "docker run ann/app": true,
		"docker stop db": false, "docker ps": false, "curl localhost:8081": false, "docker run alpine": false,
		"docker rm $(docker ps -aq --filter ancestor=pears/web | head -n 1)": true,
	} {
		if got := m.Follows(in) != ""; got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
	m.Note("docker run -d --name web -p 8080:80 nginx", false)
	if why := m.Follows("docker stop web"); why != "" {
		t.Error(why)
	}
}
