// Package inventory lists what a Docker Engine has: containers, volumes,
// networks, its build cache.
package inventory

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/mount"
	"github.com/docker/docker/api/types/network"
	"github.com/docker/docker/api/types/swarm"
	"github.com/docker/docker/client"
	"golang.org/x/sync/errgroup"

	"handbook/verify/cleanup"
	"handbook/verify/docker/images"
)

// Labels that Docker and Compose give to what they make.
const (
	labelProject   = "com.docker.compose.project"
	labelTask      = "com.docker.swarm.task.id"
	labelAnonymous = "com.docker.volume.anonymous"
)

// Take returns what an engine has besides its images.
func Take(ctx context.Context, cli *client.Client) (cleanup.Engine, error) {
	var (
		found    cleanup.Engine
		usage    types.DiskUsage
		networks []network.Summary
	)
	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		usage, err = cli.DiskUsage(groupCtx, types.DiskUsageOptions{Types: []types.DiskUsageObject{types.ContainerObject, types.VolumeObject, types.BuildCacheObject}})
		return err
	})
	group.Go(func() (err error) {
		networks, err = cli.NetworkList(groupCtx, network.ListOptions{})
		return err
	})
	group.Go(func() error {
		info, err := cli.Info(groupCtx)
		found.Swarm = err == nil && info.Swarm.LocalNodeState != swarm.LocalNodeStateInactive && info.Swarm.LocalNodeState != ""
		return err
	})
	if err := group.Wait(); err != nil {
		return found, &images.Error{Op: "cannot ask the machine's engine what it has", Err: err}
	}
	anonymous, used := map[string]bool{}, map[string]bool{}
	for _, v := range usage.Volumes {
		_, labelled := v.Labels[labelAnonymous]
		anonymous[v.Name] = labelled || randomName(v.Name)
	}
	for _, c := range usage.Containers {
		for _, m := range c.Mounts {
			used[m.Name] = true
		}
		found.Containers = append(found.Containers, containerOf(c, anonymous))
	}
	for _, v := range usage.Volumes {
		one := cleanup.Volume{Name: v.Name, Anonymous: anonymous[v.Name], Used: used[v.Name], Project: v.Labels[labelProject]}
		if v.UsageData != nil {
			one.Bytes = max(v.UsageData.Size, 0)
		}
		found.Volumes = append(found.Volumes, one)
	}
	for _, n := range networks {
		if n.Name != "bridge" && n.Name != "host" && n.Name != "none" {
			found.Networks = append(found.Networks, cleanup.Network{Name: n.Name, Project: n.Labels[labelProject]})
		}
	}
	for _, record := range usage.BuildCache {
		found.Cache += record.Size
	}
	return found, nil
}

func containerOf(c *container.Summary, anonymous map[string]bool) cleanup.Container {
	one := cleanup.Container{Image: c.Image, Project: c.Labels[labelProject], Bytes: c.SizeRw}
	if len(c.Names) > 0 {
		// A container has its own name and those of links to it: "/web/db".
		names := slices.DeleteFunc(slices.Clone(c.Names), func(name string) bool { return strings.Count(name, "/") > 1 })
		one.Name = strings.TrimPrefix(append(names, c.Names...)[0], "/")
	}
	if task := c.Labels[labelTask]; task != "" {
		one.Name = strings.TrimSuffix(one.Name, "."+task) // "web.1"
	}
	for _, p := range c.Ports {
		if p.PublicPort != 0 && !slices.Contains(one.Ports, p.PublicPort) {
			one.Ports = append(one.Ports, p.PublicPort)
		}
	}
	slices.Sort(one.Ports)
	if c.NetworkSettings != nil {
		for name := range c.NetworkSettings.Networks {
			one.Networks = append(one.Networks, name)
		}
		slices.Sort(one.Networks)
	}
	for _, m := range c.Mounts {
		switch {
		case m.Type != mount.TypeVolume:
		case anonymous[m.Name]:
			one.Anonymous = true
		default:
			one.Volumes = append(one.Volumes, m.Name)
		}
	}
	return one
}

// randomName reports whether an engine has made up a volume's name. Engines
// before 23 do not label such volumes.
var randomName = regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString
