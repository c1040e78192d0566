// Package labs finds the labs that a command is about, opens engines for them,
// runs them and writes their records.
package labs

import (
	"bytes"
	"cmp"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"handbook/cmd/handbook/usage"
	"handbook/content"
	"handbook/content/config"
	"handbook/verify/docker/machineimage"
	"handbook/verify/plans"
)

// A Site is a site with the freshness of its records.
type Site struct {
	*content.Site
	Dir   string // the content root on the disk
	Fresh content.Freshness
	// Strangers says that machines must be safe against an attacker.
	Strangers bool

	planner *plans.Planner
}

// A Lab is a page to verify.
type Lab struct {
	Site   *Site
	Page   *content.Page
	Status content.Status // whether its record is up to date
}

// Check checks the records of a site, whose content root is dir, against its
// pages and this handbook's machine. The error lists what keeps labs from
// being planned; the Site can be used nevertheless. The store may be nil.
func Check(site *content.Site, dir string, store content.Store) (*Site, error) {
	return Recheck(site, dir, store, nil)
}

// Recheck is Check for a site that was checked before with the same settings;
// digests are from that check.
func Recheck(site *content.Site, dir string, store content.Store, digests *plans.Digests) (*Site, error) {
	planner := &plans.Planner{Site: site, Machines: machineimage.BuiltinRef, Store: store, Digests: digests}
	fresh, err := planner.Check()
	return &Site{Site: site, Dir: dir, Fresh: fresh, planner: planner}, err
}

// Labs returns the labs of a folder, all labs for ".", or the lab at that
// path.
func (s *Site) Labs(below string) (all []*Lab) {
	for _, p := range s.Pages {
		if p.Lab != nil && (below == "." || p.Path == below || strings.HasPrefix(p.Path, below+"/")) {
			all = append(all, &Lab{s, p, s.Fresh.Of(p)})
		}
	}
	return all
}

// Lab returns the lab of a path, or nil.
func (s *Site) Lab(path string) *Lab {
	if p := s.Page(path); p != nil && p.Lab != nil {
		return &Lab{s, p, s.Fresh.Of(p)}
	}
	return nil
}

// Plan plans the lab. The error lists the mistakes of the page that keep it
// from being run.
func (l *Lab) Plan() (*plans.Plan, error) { return l.Site.planner.Plan(l.Page) }

// IsFresh reports whether the lab's record is up to date.
func (l *Lab) IsFresh() bool { return l.Status.State == content.Fresh }

// sameMachines reports whether the machines of two sites are made in the same
// way, in what plans do not cover.
func (s *Site) sameMachines(other *Site) bool {
	made := func(s *Site) string {
		ca, err := s.Certificates()
		return fmt.Sprintf("%+v %+v %q %q %v %v", s.Config.Machine, s.Config.Engines, s.Mirror(), ca, s.Strangers, err)
	}
	return made(s) == made(other)
}

// Certificates reads the PEM bundle that machines of the site trust. If it
// depends on this computer's network and not on the site, HANDBOOK_CA names
// it.
func (s *Site) Certificates() ([]byte, error) {
	if name := os.Getenv("HANDBOOK_CA"); name != "" {
		b, err := readCertificates(name)
		if err != nil {
			return nil, usage.Errorf("", "HANDBOOK_CA: %w", err)
		}
		return b, nil
	}
	name := s.Config.Machine.CA
	if name == "" {
		return nil, nil
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(s.Dir, filepath.FromSlash(name))
	}
	b, err := readCertificates(name)
	if err != nil {
		return nil, s.badSetting("ca", err)
	}
	return b, nil
}

// maxCertificates is how many bytes of a file are searched for certificates.
const maxCertificates = 16 << 20

// readCertificates reads only the certificates in a file, since a lab can read
// what its machine trusts, and a stranger's settings could name a secret file.
func readCertificates(name string) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rest, err := io.ReadAll(io.LimitReader(f, maxCertificates)) // device files may be endless
	if err != nil {
		return nil, err
	}
	var certificates bytes.Buffer
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			certificates.Write(pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes}))
		}
	}
	if certificates.Len() == 0 {
		return nil, fmt.Errorf("%s has no certificate, expected PEM", name)
	}
	return certificates.Bytes(), nil
}

// Mirror returns the URL of the mirror that the user or the site has set, or
// "".
func (s *Site) Mirror() string {
	return cmp.Or(os.Getenv("HANDBOOK_MIRROR"), s.Config.Machine.Mirror)
}

// machines reads the sources of the site's machine images, by the names of
// their engines.
func (s *Site) machines() (map[string]machineimage.Source, error) {
	all := map[string]machineimage.Source{}
	if name := s.Config.Machine.Dockerfile; name != "" {
		b, err := fs.ReadFile(s.FS, path.Clean(name))
		if err != nil {
			return nil, s.badSetting("dockerfile", err)
		}
		all[""] = machineimage.Source{Dockerfile: b, Pos: content.Pos{File: path.Join(s.Name, config.File)}}
	}
	for name, e := range s.Config.Engines {
		source := machineimage.Source{Image: e.Image, Pos: e.Pos}
		if e.Dockerfile != "" {
			var err error
			if source.Dockerfile, err = fs.ReadFile(s.FS, path.Clean(e.Dockerfile)); err != nil {
				return nil, &content.Error{Pos: e.Pos, Msg: fmt.Sprintf("machine.engines: %v", err)}
			}
		}
		all[name] = source
	}
	return all, nil
}

func (s *Site) badSetting(key string, err error) error {
	return &content.Error{
		Pos: content.Pos{File: path.Join(s.Name, config.File)},
		Msg: fmt.Sprintf("machine.%s: %v", key, err),
	}
}
