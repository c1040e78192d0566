// Package look checks what handbook.yaml says of how a site looks, and makes of
// it what pages get: colours (colours.go), style sheets (sheet.go), scripts, the
// Content-Security-Policy (policy.go), HTML for the head (head.go), the footer
// (footer.go), the logo.
//
// What is wrong is told at its line: a file that is not there, a colour that
// cannot be read on its background, what pages would load from elsewhere without
// the policy's allowing it.
package look
