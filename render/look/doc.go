// Package look checks the settings of handbook.yaml about the look of a site,
// and makes from them what pages need: colours (colours.go), style sheets
// (sheet.go), scripts, the Content-Security-Policy (policy.go), HTML for the
// head (head.go), the footer (footer.go), the logo.
//
// Mistakes are reported with their lines: missing files, colours that cannot
// be read on their background, things from other hosts that the policy does
// not allow.
package look
