package content

import "embed"

// Manual has the guides that tell what options and settings do, as guides/*.md.
//
//go:embed guides/writing-labs.md guides/files.md guides/settings.md guides/theming.md guides/pages.md
var Manual embed.FS
