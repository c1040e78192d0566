package content

import "embed"

// Manual has the guides that describe options and settings, as guides/*.md.
//
//go:embed guides/writing-labs.md guides/files.md guides/settings.md guides/theming.md guides/pages.md
var Manual embed.FS
