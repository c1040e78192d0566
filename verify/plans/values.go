package plans

import (
	"slices"

	"handbook/content"
	"handbook/content/config"
	"handbook/content/sgr"
)

// Values are those of placeholders that a lab itself has shown so far. The zero value
// has none.
type Values struct {
	Named      config.Placeholders
	fill, back func(string) string // nil if there are none
}

// Add adds a value.
func (f *Values) Add(name, value string) {
	if f.Named == nil {
		f.Named = config.Placeholders{}
	}
	f.Named[name] = value
	names := config.Placeholders{}
	for name, value := range f.Named {
		names[value] = name
	}
	f.fill, f.back = f.Named.Binder(), names.Binder() // once: there may be many lines
}

// Bind fills them in.
func (f *Values) Bind(text string) string {
	if f.fill == nil {
		return text
	}
	return f.fill(text)
}

// Unbind puts the names back.
func (f *Values) Unbind(text string) string {
	if f.back == nil {
		return text
	}
	return f.back(text)
}

// Step returns a step with the values filled in.
func (f *Values) Step(step *Step) *Step {
	if len(f.Named) == 0 {
		return step
	}
	filled := *step
	bind := f.fill
	filled.Text, filled.Typed = bind(step.Text), bind(step.Typed)
	filled.Run = slices.Clone(step.Run)
	for i := range filled.Run {
		c := &filled.Run[i]
		c.Shell, c.Until, c.Lines = bind(c.Shell), bind(c.Until), slices.Clone(c.Lines)
		for k, line := range c.Lines {
			c.Lines[k] = bind(line)
		}
	}
	return &filled
}

// Printed returns the lines that commands have printed, without colours.
func Printed(results []content.CommandResult) (lines []string) {
	for _, r := range results {
		for _, line := range r.Output {
			lines = append(lines, sgr.Unstyled(line))
		}
	}
	return lines
}
