package machine_test

import (
	"os"
	"testing"

	"handbook/verify/docker/testenv"
)

func TestMain(m *testing.M) { os.Exit(testenv.M{M: m}.Run()) }
