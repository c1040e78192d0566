package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"handbook/cmd/handbook/labs"
	"handbook/verify/docker"
	"handbook/verify/docker/testenv"
	"handbook/verify/docker/testenv/need"
)

// The command's behaviour is what stands in testdata. A script may say
//
//	status N COMMAND…      runs a command and wants that exit status
//	machines local         lets labs run on this computer instead of an engine
//	[engine]               there is a Docker Engine
//	[program:NAME]         there is such a program; package need says what
//	                       becomes of the test if there is none
func TestMain(m *testing.M) {
	testscript.Main(testenv.M{M: m}, map[string]func(){
		"handbook": func() { os.Exit(int(run(os.Args[1:], os.Stdout, os.Stderr, testOpener()))) },
		"stubborn": func() { // is interrupted, and does not end
			ctx, stop := untilInterrupted()
			defer stop()
			fmt.Println("ready")
			<-ctx.Done()
			fmt.Println("interrupted")
			time.Sleep(time.Hour)
		},
	})
}

// machinesVariable chooses what labs run on in a script.
const machinesVariable = "HANDBOOK_TEST_MACHINES"

func testOpener() labs.Opener {
	if os.Getenv(machinesVariable) == "local" {
		return openLocal
	}
	return labs.OpenDocker
}

func TestScripts(t *testing.T) {
	t.Parallel()
	host := os.Getenv("DOCKER_HOST")
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status":   wantStatus,
			"machines": func(ts *testscript.TestScript, _ bool, args []string) { ts.Setenv(machinesVariable, args[0]) },
		},
		Condition: func(cond string) (bool, error) {
			if name, ok := strings.CutPrefix(cond, "program:"); ok {
				return need.Program.Has(t, name), nil
			}
			if cond != "engine" {
				return false, errors.New("unknown condition")
			}
			return haveEngine(t), nil
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("DOCKER_HOST", host)
			env.Setenv("HANDBOOK_MIRROR", os.Getenv("HANDBOOK_MIRROR"))
			env.Setenv("HANDBOOK_CA", os.Getenv("HANDBOOK_CA"))
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			return nil
		},
	})
}

func wantStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func haveEngine(t *testing.T) bool {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	endpoint, err := labs.FindEndpoint("")
	if err == nil {
		var e *docker.Engine
		if e, err = docker.Open(ctx, docker.Options{Endpoint: endpoint}); err == nil {
			e.Close()
			return true
		}
	}
	need.Docker.Lacks(t, err)
	return false
}
