// Package inventory lists what a Docker Engine has: containers, volumes,
// networks, its build cache.
package inventory

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

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
	labelService   = "com.docker.swarm.service.id"
	labelStack     = "com.docker.stack.namespace"
	labelAnonymous = "com.docker.volume.anonymous"
)

// Take returns what an engine has besides its images. An engine that removes a
// container meanwhile may fail to list them, so it is asked again. So is a manager of a
// swarm that has no leader: others may be about to choose one. If too few are left for
// that, nobody knows the services.
func Take(ctx context.Context, cli *client.Client) (found cleanup.Engine, err error) {
	const tries = 20
	for try := range tries {
		if found, err = take(ctx, cli, try >= tries/2); err == nil || client.IsErrConnectionFailed(err) {
			break
		}
		select {
		case <-ctx.Done():
			return found, &images.Error{Op: cannotAsk, Err: ctx.Err()}
		case <-time.After(200 * time.Millisecond):
		}
	}
	if err != nil {
		err = &images.Error{Op: cannotAsk, Err: err}
	}
	return found, err
}

const cannotAsk = "cannot ask the machine's engine what it has"

func take(ctx context.Context, cli *client.Client, leaderless bool) (cleanup.Engine, error) {
	var (
		found    cleanup.Engine
		usage    types.DiskUsage
		networks []network.Summary
		services []swarm.Service
		told     bool // of all services
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
		worker := found.Swarm && !info.Swarm.ControlAvailable // which is not told of services
		if told = !worker; worker || !found.Swarm {
			return err
		}
		services, err = cli.ServiceList(groupCtx, swarm.ServiceListOptions{})
		if err != nil && leaderless && strings.Contains(err.Error(), "does not have a leader") {
			told, err = false, nil
		}
		return err
	})
	if err := group.Wait(); err != nil {
		return found, err
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
	found.Leaving = told && leaving(usage.Containers, networks, services)
	for _, record := range usage.BuildCache {
		found.Cache += record.Size
	}
	return found, nil
}

// leaving reports whether there is a container of a service, or a network of a
// stack, that was removed: swarms take them away some seconds later. Where there is
// no swarm any more, there are no services.
func leaving(containers []*container.Summary, networks []network.Summary, services []swarm.Service) bool {
	there, stacks := map[string]bool{}, map[string]bool{}
	for _, s := range services {
		there[s.ID] = true
		stacks[s.Spec.Labels[labelStack]] = true
	}
	return slices.ContainsFunc(containers, func(c *container.Summary) bool { return c.Labels[labelTask] != "" && !there[c.Labels[labelService]] }) ||
		slices.ContainsFunc(networks, func(n network.Summary) bool { return n.Labels[labelStack] != "" && !stacks[n.Labels[labelStack]] })
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
