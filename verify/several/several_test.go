package several_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"handbook/content"
	"handbook/verify"
	"handbook/verify/several"
)

// A fake is a machine that has what a test says.
type fake struct {
	verify.Machine
	name   string
	seen   verify.Observation
	wrong  error
	closed *[]string
}

func (m *fake) Observe(context.Context) (verify.Observation, error) { return m.seen, nil }
func (m *fake) Diagnose(context.Context) error                      { return m.wrong }
func (m *fake) Close() error {
	*m.closed = append(*m.closed, m.name)
	return nil
}

func start(t *testing.T, names ...string) (*several.Machine, []*fake) {
	t.Helper()
	var closed []string
	m, err := several.Start(t.Context(), verify.Spec{Names: names}, func(_ context.Context, spec verify.Spec) (verify.Machine, error) {
		return &fake{name: spec.Names[0], closed: &closed}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var all []*fake
	for _, one := range m.Machines() {
		all = append(all, one.Machine.(*fake))
	}
	return m, all
}

// An image is seen once, however many machines have it, and is gone when none has it
// any more.
func TestObserve(t *testing.T) {
	m, all := start(t, "a", "b")
	image := func(id string) verify.Observation {
		return verify.Observation{Images: []content.Image{{Ref: "app:1", ID: id}}}
	}
	gone := verify.Observation{Removed: []string{"app:1"}}
	for _, test := range []struct {
		a, b verify.Observation
		want string
	}{
		{image("x"), verify.Observation{}, "x"},
		{verify.Observation{}, image("x"), ""},
		{verify.Observation{}, image("y"), "y"},
		{gone, verify.Observation{}, ""},
		{verify.Observation{}, gone, "-app:1"},
		{image("x"), image("x"), "x"},
		{gone, gone, "-app:1"},
	} {
		all[0].seen, all[1].seen = test.a, test.b
		seen, err := m.Observe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, image := range seen.Images {
			got = append(got, image.ID)
		}
		for _, ref := range seen.Removed {
			got = append(got, "-"+ref)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%v, %v: %q, want %q", test.a, test.b, got, test.want)
		}
	}
}

// What is wrong with one machine says with which, and stays of its kind.
func TestDiagnose(t *testing.T) {
	m, all := start(t, "a", "b")
	if err := m.Diagnose(t.Context()); err != nil {
		t.Error(err)
	}
	all[1].wrong = &verify.LabError{Msg: "broken", Reason: "r"}
	err := m.Diagnose(t.Context())
	if broken, ok := errors.AsType[*verify.LabError](err); !ok || broken.Msg != "b: broken" || broken.Reason != "r" {
		t.Errorf("%v", err)
	}
	lost := errors.New("lost")
	all[0].wrong = lost
	if err := m.Diagnose(t.Context()); !errors.Is(err, lost) || err.Error() != "a: lost" {
		t.Errorf("%v", err)
	}
}

// If one machine can't be made, the others are closed.
func TestNotStarted(t *testing.T) {
	var closed []string
	_, err := several.Start(t.Context(), verify.Spec{Names: []string{"a", "b"}}, func(_ context.Context, spec verify.Spec) (verify.Machine, error) {
		if spec.Names[0] == "b" {
			return nil, errors.New("no")
		}
		return &fake{name: "a", closed: &closed}, nil
	})
	if err == nil || strings.Join(closed, " ") != "a" {
		t.Errorf("%v, closed %q", err, closed)
	}
}
