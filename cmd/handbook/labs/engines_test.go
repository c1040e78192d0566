package labs

import "testing"

// A mirror on a loopback address is this computer's, which machines of its own
// engines reach.
func TestElsewhere(t *testing.T) {
	for host, want := range map[string]bool{
		"": false, "unix:///var/run/docker.sock": false, "npipe:////./pipe/docker_engine": false,
		"tcp://127.0.0.1:2376": false, "ssh://me@localhost": false, "tcp://[::1]:2376": false,
		"tcp://10.0.0.7:2376": true, "ssh://me@build1": true, "https://engine.example:2376": true,
	} {
		if got := elsewhere(host); got != want {
			t.Errorf("elsewhere(%q) = %v", host, got)
		}
	}
	if onLoopback("http://mirror:5000") || onLoopback("") || !onLoopback("http://localhost:5000") {
		t.Error("which mirrors are on this computer")
	}
}
