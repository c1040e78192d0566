package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"handbook/cmd/handbook/labs"
	"handbook/content"
	"handbook/content/config"
	"handbook/verify"
	"handbook/verify/docker/machineimage"
	"handbook/verify/docker/testenv"
	"handbook/verify/docker/testenv/need"
)

// secondEngine starts an engine beside the one of the environment that can
// run labs at once.
func secondEngine(t *testing.T) *testenv.Second {
	t.Helper()
	testenv.Start(t, testenv.Engine(t), verify.Spec{}) // its image is there
	second := testenv.StartSecond(t, testenv.SecondConfig{})
	second.Copy(machineimage.BuiltinRef(config.Engines[0]))
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	return second
}

// runOn runs labs, each a command, on engines.
func runOn(t *testing.T, jobs int, engines []string, commands ...string) (verdicts, out, said string, wrong error) {
	t.Helper()
	dir := t.TempDir()
	for i, command := range commands {
		text := "---\nlab: {}\n---\n# Lab\n\n```bash\n" + command + "\n```\n"
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("l%d.md", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	site, e := content.Load(os.DirFS(dir), "content")
	if e != nil {
		t.Fatal(e)
	}
	checked, e := labs.Check(site, dir, nil)
	if e != nil {
		t.Fatal(e)
	}
	var stdout, stderr bytes.Buffer
	r := labs.Runner{Open: labs.OpenDocker, Jobs: jobs, Engines: engines, Out: &stdout, Err: &stderr}
	outcomes := r.Run(t.Context(), checked.Labs("."))
	var all []string
	for _, o := range outcomes {
		all = append(all, string(o.Verdict))
	}
	return strings.Join(all, " "), stdout.String(), stderr.String(), labs.Failures(outcomes)
}

// engineName is what messages call the engine of this computer.
func engineName(t *testing.T) string {
	t.Helper()
	at, err := labs.FindEndpoint("default")
	if err != nil {
		t.Fatal(err)
	}
	return at.String()
}

// leftOn lists what this process has left on an engine.
func leftOn(t *testing.T, host string) string {
	t.Helper()
	own := fmt.Sprintf("label=org.handbook.pid=%d", os.Getpid())
	out, err := exec.Command("sh", "-c", `docker ${2:+--host "$2"} ps -aq --filter "$1"; docker ${2:+--host "$2"} volume ls -q --filter "$1"`, "sh", own, host).CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
	return string(out)
}

// One of two real engines is killed in the middle. All labs pass on the other
// one, and nothing is left there.
func TestTwoEngines(t *testing.T) {
	if !testenv.Apart(t) {
		return
	}
	second := secondEngine(t)
	before := leftOn(t, "") // the machine above
	var killed sync.WaitGroup
	killed.Go(func() {
		for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			if out, _ := exec.Command("docker", "--host", second.Host, "ps", "-q").Output(); len(out) > 0 {
				break
			}
		}
		time.Sleep(4 * time.Second) // its lab runs, and the machine of the next one is being made or is there
		second.Kill()
	})
	verdicts, out, err, wrong := runOn(t, 1, []string{"default", second.Host},
		slices.Repeat([]string{`test "$(docker run --rm busybox sh -c 'sleep 3; echo done')" = done`}, 4)...)
	killed.Wait()
	if verdicts != "passed passed passed passed" {
		t.Errorf("%s: %v", verdicts, wrong)
	}
	gone := "handbook: the Docker Engine at " + second.Host + " is gone; its labs move to " + engineName(t) + "\n"
	if n := strings.Count(err, " is gone"); n != 1 || !strings.Contains(err, gone) {
		t.Errorf("said %d times: %s", n, gone)
	}
	if !strings.Contains(err, "starting a machine on "+second.Host) {
		t.Errorf("no lab began on %s", second.Host)
	}
	if left := leftOn(t, ""); left != before {
		t.Errorf("left behind:\n%s", left)
	}
	if t.Failed() {
		t.Logf("\n%s%s", out, err)
	}
}

// Engines that are reached in other ways than by their socket.
func TestRemoteEngines(t *testing.T) {
	if !testenv.Apart(t) {
		return
	}
	second := secondEngine(t)
	certs := t.TempDir()
	address := serveTLS(t, certs, second.Host)
	ssh := serveSSH(t, second.Host)
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	writeContext(t, "far", "tcp://"+address, certs)
	t.Setenv("DOCKER_TLS_VERIFY", "1")
	t.Setenv("DOCKER_CERT_PATH", certs)
	for _, choice := range []string{"tcp://" + address, "far", ssh} {
		if choice == "" {
			continue // said by serveSSH
		}
		if choice == "far" {
			os.Unsetenv("DOCKER_TLS_VERIFY") // set back at the end
		}
		verdicts, out, err, wrong := runOn(t, 2, []string{choice}, slices.Repeat([]string{`test "$(docker run --rm busybox echo done)" = done`}, 3)...)
		if verdicts != "passed passed passed" {
			t.Errorf("%s: %s: %v\n%s%s", choice, verdicts, wrong, out, err)
		}
		if left := leftOn(t, second.Host); left != "" {
			t.Errorf("%s: left behind:\n%s", choice, left)
		}
	}
	// Without a certificate it is refused, and not taken for another engine.
	os.Unsetenv("DOCKER_CERT_PATH")
	verdicts, _, _, wrong := runOn(t, 1, []string{"tcp://" + address}, "true")
	if verdicts != "error" || statusOf(wrong) != noMachine {
		t.Errorf("without a certificate: %s, %v", verdicts, wrong)
	}
}

// serveTLS makes an engine answer on a TCP port, but only to clients that have the
// certificate that it puts into a folder.
func serveTLS(t *testing.T, dir, host string) (address string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "engine"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:         true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	for name, text := range map[string][]byte{"ca.pem": cert, "cert.pem": cert, "key.pem": private} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pair, err := tls.X509KeyPair(cert, private)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(cert)
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{pair}, ClientCAs: trusted, ClientAuth: tls.RequireAndVerifyClientCert,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go passOn(conn.(*tls.Conn), strings.TrimPrefix(host, "unix://"))
		}
	}()
	return listener.Addr().String()
}

func passOn(from *tls.Conn, socket string) {
	defer from.Close()
	if from.Handshake() != nil {
		return
	}
	to, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	defer to.Close()
	go func() {
		io.Copy(to, from)
		to.(*net.UnixConn).CloseWrite()
	}()
	io.Copy(from, to)
}

// writeContext makes a Docker context with TLS, as "docker context create"
// does.
func writeContext(t *testing.T, name, host, certs string) {
	t.Helper()
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	at := filepath.Join(os.Getenv("DOCKER_CONFIG"), "contexts")
	meta := fmt.Sprintf(`{"Name":%q,"Endpoints":{"docker":{"Host":%q,"SkipTLSVerify":false}}}`, name, host)
	files := map[string]string{filepath.Join("meta", id, "meta.json"): meta}
	for _, pem := range []string{"ca.pem", "cert.pem", "key.pem"} {
		text, err := os.ReadFile(filepath.Join(certs, pem))
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Join("tls", id, "docker", pem)] = string(text)
	}
	for file, text := range files {
		file = filepath.Join(at, file)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// serveSSH starts an SSH server of the test's own through which the docker
// command over there reaches an engine. It returns the engine's URL, or ""
// where there is no server's program.
func serveSSH(t *testing.T, host string) string {
	t.Helper()
	const sshd = "/usr/sbin/sshd"
	if !need.Program.Has(t, sshd) || !need.Program.Has(t, "ssh") {
		return ""
	}
	dir := t.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	for _, name := range []string{"host", "user"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	write := func(name, text string, mode os.FileMode) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("sshd_config", fmt.Sprintf(`ListenAddress 127.0.0.1:%d
HostKey %[2]s/host
AuthorizedKeysFile %[2]s/user.pub
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
MaxStartups 1000
MaxSessions 1000
PidFile none
LogLevel ERROR
SetEnv DOCKER_HOST=%[3]s
`, port, dir, host), 0o600)
	write("ssh_config", fmt.Sprintf(`IdentityFile %[1]s/user
UserKnownHostsFile /dev/null
StrictHostKeyChecking no
LogLevel ERROR
`, dir), 0o600)
	ssh, err := exec.LookPath("ssh")
	if err != nil {
		t.Fatal(err)
	}
	write("ssh", fmt.Sprintf("#!/bin/sh\nexec %s -F %s/ssh_config \"$@\"\n", ssh, dir), 0o755)
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // sshd insists on it
		t.Fatal(err)
	}
	var log bytes.Buffer
	server := exec.Command(sshd, "-D", "-e", "-f", filepath.Join(dir, "sshd_config"))
	server.Stderr = &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			conn.Close()
			return fmt.Sprintf("ssh://root@127.0.0.1:%d", port)
		}
		if time.Now().After(deadline) {
			t.Fatalf("sshd does not answer: %v", err)
		}
	}
}

// TestOuterEngines verifies labs on the engine of the environment, then checks their
// records with machines made on other engines: nothing may differ there.
// HANDBOOK_OUTER names them ("26 28 29"); without it HANDBOOK_SEED chooses one, and
// there is one lab.
func TestOuterEngines(t *testing.T) {
	if !testenv.Apart(t) {
		return
	}
	names, pages := strings.Fields(os.Getenv("HANDBOOK_OUTER")), []string{"compose.md", "registry.md", "swarm.md"}
	if len(names) == 0 {
		seed, _ := strconv.Atoi(os.Getenv("HANDBOOK_SEED"))
		names, pages = []string{config.Engines[seed%len(config.Engines)]}, pages[1:2]
	}
	// These engines have no network, and the labs need none.
	files := map[string]string{"content/index.md": "# Home\n"}
	for _, name := range pages {
		b, err := os.ReadFile(filepath.Join("../../verify/testdata/again", name))
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Join("content", name)] = string(b)
	}
	t.Chdir(t.TempDir())
	writeFiles(t, files)
	runOf(t, fine, nil, "verify")
	for _, name := range names {
		runOf(t, fine, nil, "machine", "build", name)
		second := testenv.StartSecond(t, testenv.SecondConfig{Image: machineimage.BuiltinRef(name)})
		second.Copy(machineimage.BuiltinRef("29"))
		version, err := exec.Command("docker", "--host", second.Host, "version", "--format", "{{.Server.Version}}").Output()
		if err != nil || !strings.HasPrefix(string(version), name+".") && !strings.HasPrefix(string(version), name+"-") {
			t.Fatalf("an engine of version %s, want %s: %v", version, name, err)
		}
		runOf(t, fine, []string{` passed, in `}, "verify", "--all", "--check", "-j", "1", "--engine", second.Host)
	}
}
