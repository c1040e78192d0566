package lsp

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestExtension wants VS Code's extension to name the commands that lenses name,
// and to let no workspace choose the program that it starts.
func TestExtension(t *testing.T) {
	script, err := os.ReadFile("../../../.vscode-extension/extension.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{verifyCommand, shellCommand} {
		if n := strings.Count(string(script), "'"+command+"'"); n != 2 { // it is registered, and told to the server
			t.Errorf("%s stands there %d times, want 2", command, n)
		}
	}
	b, err := os.ReadFile("../../../.vscode-extension/package.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Contributes struct {
			Configuration struct {
				Properties map[string]struct {
					Scope string `json:"scope"`
				} `json:"properties"`
			} `json:"configuration"`
		} `json:"contributes"`
	}
	if err := json.Unmarshal(b, &manifest); err != nil {
		t.Fatal(err)
	}
	if got := manifest.Contributes.Configuration.Properties["handbook.command"].Scope; got != "machine" {
		t.Errorf("the scope of handbook.command is %q, want machine", got)
	}
}
