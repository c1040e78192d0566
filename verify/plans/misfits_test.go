package plans

import (
	"strings"
	"testing"
	"testing/fstest"

	"handbook/content"
)

// A diff that cannot apply to what stands above it is an error of the page; one
// that may apply, since a command comes between, is not.
func TestMisfits(t *testing.T) {
	const file = "'''python file=a.py\nx = 1\n'''\n"
	const fits = "'''diff file=a.py\n-x = 1\n+x = 2\n'''\n"
	const misfit = "'''diff file=a.py\n-y = 1\n+y = 2\n'''\n"
	command := func(text string) string { return "'''bash\n" + text + "\n'''\n" }
	const line = `a.py: the file has no line "y = 1"`
	for _, c := range []struct{ page, want string }{
		{file + fits + command("true"), ""},
		{file + misfit + command("true"), "c/p.md:8:1: "},
		{file + fits + fits + command("true"), "c/p.md:12:1: "},
		{file + command("docker build -t x .") + misfit, "c/p.md:11:1: "},
		{file + command("sed -i s/x/y/ a.py") + misfit, ""},
		{file + command("cat a.py") + misfit, ""},
		{file + command("./change") + misfit, ""},
		{file + command("docker run -v \"$PWD:/a\" x") + misfit, ""},
		{file + command("ls; ./change") + misfit, ""},
		{"'''python file=a.py append\nx = 1\n'''\n" + misfit + command("true"), ""},
		{file + "'''python file=a.py append\ny = 1\n'''\n" + misfit + command("true"), ""},
		{strings.ReplaceAll(file, "a.py", "b.py") + misfit + command("true"), ""},
		{file + strings.Replace(misfit, "a.py", "a.py skip=\"it is for others\"", 1) + command("true"), ""},
	} {
		page := "---\nlab: {}\n---\n" + strings.ReplaceAll(c.page, "'''", "```")
		site, err := content.Load(fstest.MapFS{"p.md": {Data: []byte(page)}}, "c")
		if err != nil {
			t.Fatal(err)
		}
		_, err = New(site, site.Pages[0], "machine")
		switch got := ""; {
		case err != nil:
			got = err.Error()
			fallthrough
		default:
			if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
				t.Errorf("%s\n%s, want %s%s", page, got, c.want, line)
			}
		}
	}
}
