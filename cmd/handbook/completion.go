package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

var shells = []string{"bash", "fish", "powershell", "zsh"}

func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a script that completes handbook's commands in a shell",
		Long: `completion prints a script for bash, fish, powershell or zsh. For example:

  bash        source <(handbook completion bash)        (in ~/.bashrc)
  zsh         handbook completion zsh > "${fpath[1]}/_handbook"
  fish        handbook completion fish > ~/.config/fish/completions/handbook.fish
  powershell  handbook completion powershell | Out-String | Invoke-Expression`,
		Args:      oneArg("SHELL", "bash"),
		ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "fish":
				return root.GenFishCompletion(out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(out)
			case "zsh":
				return root.GenZshCompletion(out)
			}
			return misused(fmt.Errorf("unknown shell %q, expected one of %s", args[0], strings.Join(shells, ", ")), "")
		},
	}
}

// newHelp returns cobra's help command, except that unknown commands are
// errors.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Tell about a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return noSuchCommand(cmd.Root(), args)
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if len(args) == 0 {
				for _, c := range cmd.Root().Commands() {
					names = append(names, c.Name())
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// completePages completes Markdown files and folders.
func completePages(_ *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return []string{"md"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeReports completes the kinds of reports; files follow.
func completeReports(_ *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	if strings.Contains(word, "=") {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return []string{"github", "json=", "junit=", "markdown="}, cobra.ShellCompDirectiveNoSpace
}
