package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"handbook/cmd/handbook/labs"
	"handbook/content/wording"
)

func newRoot(open labs.Opener) *cobra.Command {
	var dir string
	root := &cobra.Command{
		Use:   "handbook",
		Short: "Build, preview and verify a handbook of labs",
		Long: `handbook makes a website of a handbook whose snippets are verified: it runs the
commands of every lab on a fresh computer made with Docker, and publishes what
really happened.

Exit status: 0 fine, 1 problems in pages or a lab failed, 2 usage or settings,
3 "verify --check" found stale or changed results, 4 no usable Docker Engine or
the machine failed, 130 interrupted.`,
		Args:              noSuchCommand,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error { return enter(dir) },
		SilenceErrors:     true,
		SilenceUsage:      true,

		SuggestionsMinimumDistance: 2,
		CompletionOptions:          cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetHelpCommand(newHelp())
	root.PersistentFlags().StringVarP(&dir, "directory", "C", "", "run as if started in `DIR`")
	root.SetFlagErrorFunc(badFlag)
	root.AddCommand(
		newAdopt(open),
		newBuild(open),
		newCheck(),
		newClean(),
		newCompletion(),
		newDoctor(open),
		newInit(),
		newLSP(),
		newMachine(),
		newNew(),
		newSchema(),
		newServe(open),
		newShell(open),
		newVerify(open),
		newVersion(),
	)
	return root
}

// enter changes to dir, so that paths are relative to it.
func enter(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.Chdir(dir); err != nil {
		return misused(err, "")
	}
	return nil
}

func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return misused(fmt.Errorf("unknown command %q%s", args[0], wording.DidYouMean(args[0], names)),
		`"handbook help" lists the commands`)
}

// badFlag adds a suggestion to the flag library's error.
func badFlag(cmd *cobra.Command, err error) error {
	hint := fmt.Sprintf("%q tells its flags", cmd.CommandPath()+" --help")
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		name := unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() == "" {
			var names []string
			cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
			err = fmt.Errorf("unknown flag %q%s", "--"+name, wording.DidYouMean("--"+name, names))
		} else {
			err = fmt.Errorf("unknown flag %q", "-"+name)
		}
	}
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		err = badValue(bad)
	}
	if bare, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		err = fmt.Errorf("%s: expected a value behind it", shortest(bare.GetFlag()))
	}
	return misused(err, hint)
}

// badValue says which values a flag can have.
func badValue(bad *pflag.InvalidValueError) error {
	flag := bad.GetFlag()
	want := map[string]string{"int": "a whole number", "uint64": "a whole number", "jobs": "auto, or a whole number from 1 on", "duration": "a duration such as 30s or 5m", "bool": "true or false"}[flag.Value.Type()]
	if want == "" {
		return bad
	}
	return fmt.Errorf("%s %s: expected %s", shortest(flag), bad.GetValue(), want)
}

// shortest returns the shortest form of a flag, "-j" rather than "--jobs".
func shortest(flag *pflag.Flag) string {
	if flag.Shorthand != "" {
		return "-" + flag.Shorthand
	}
	return "--" + flag.Name
}

// noArgs is for commands without arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return misused(fmt.Errorf("%q takes no arguments, but got %q", cmd.CommandPath(), args[0]),
		fmt.Sprintf("%q tells its usage", cmd.CommandPath()+" --help"))
}

// oneArg is for commands with one argument, which messages call name, with an
// example.
func oneArg(name, example string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return misused(fmt.Errorf("%q takes one argument, %s", cmd.CommandPath(), name),
				fmt.Sprintf("for example, %q", cmd.CommandPath()+" "+example))
		case 1:
			return nil
		}
		return misused(fmt.Errorf("%q takes one argument, %s, but got %d", cmd.CommandPath(), name, len(args)),
			fmt.Sprintf("%q tells its usage", cmd.CommandPath()+" --help"))
	}
}
