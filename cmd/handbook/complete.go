package main

import (
	"strings"

	"github.com/spf13/cobra"
)

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
