package prompt

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConsole(t *testing.T) {
	for _, c := range []struct {
		code  string
		kept  bool
		want  string // commands as commandLines has them, with the place of what is expected
		wrong string
	}{
		{"", false, "", ""},
		{"$ a\n", false, `1:3 "a"`, ""},
		{"$ a\n1\n  2 \n\n\n$ b\n", false, `
1:3 "a" → 2:1 ["1" "  2"]
6:3 "b"`, ""},
		{"\n\n$ a\n", false, `3:3 "a"`, ""},
		{"$ a\n$ \n", false, `1:3 "a"`, "2:1: a prompt without a command"},
		{"$\n", false, "", "1:1: a prompt without a command"},
		{"$ a # not -> taken out\n", false, `1:3 "a # not -> taken out"`, ""},
		{"$ a\n# -> 1\n", false, `1:3 "a" → 2:1 ["# -> 1"]`, ""},
		{"1\n$ a\n", false, `2:3 "a"`, `1:1: expected a command after "$ "`},
		{"$a\n", false, "", "1:1: " + noSession},
		{"$ a\n$b\n", false, `1:3 "a" → 2:1 ["$b"]`, ""},

		// comments are no place for expected output
		{"$ a # -> 1\n", false, `1:3 "a # -> 1"`, "1:5: " + besideSession},
		{"$ a #-> 1\n1\n", false, `1:3 "a #-> 1" → 2:1 ["1"]`, "1:5: " + besideSession},
		{"$ # → 1\n", false, `1:3 "# → 1"`, "1:3: " + besideSession},
		{"$ for i in 1\n> do a # => 1\n> done\n", false, `1:3 "for i in 1\ndo a # => 1\ndone"`, "2:8: " + besideSession},
		{"$ cat <<E\n> # -> 1\n> E\n# -> 1\n", false, `1:3 "cat <<E\n# -> 1\nE" → 4:1 ["# -> 1"]`, ""},
		{"$ echo '# -> 1' # 1 -> 2\n", false, `1:3 "echo '# -> 1' # 1 -> 2"`, ""},
		{"/ # a # -> 1\n", true, `1:5 "a # -> 1" at "/ #"`, "1:7: " + besideSession},
		{">>> print('# -> 1')  # -> 1\n", true, `1:5 "print('# -> 1')  # -> 1" at ">>>"`, "1:22: " + besideSession},
		{">>> for i in 'ab':\n...   i  # => a\n...\n", true, `1:5 "for i in 'ab':\n  i  # => a\n" at ">>>"`, "2:10: " + besideSession},

		// commands of several lines
		{"$ for i in 1 2\n> do echo $i\n> done\n1\n2\n", false, `1:3 "for i in 1 2\ndo echo $i\ndone" → 4:1 ["1" "2"]`, ""},
		{"$ cat <<E\n> > quoted\n> E\n> quoted\n", false, `1:3 "cat <<E\n> quoted\nE" → 4:1 ["> quoted"]`, ""},
		{"$ cat <<E\n>\n> E\n", false, `1:3 "cat <<E\n\nE"`, ""},
		{"$ a \\\n>   b\n", false, `1:3 "a \\\n  b"`, ""},
		{"$ a \\\n>   b \\\n>   c\n1\n", false, `1:3 "a \\\n  b \\\n  c" → 4:1 ["1"]`, ""},
		{"$ a \\\\\n> 1\n", false, `1:3 "a \\\\" → 2:1 ["> 1"]`, ""},
		{"$ a # \\\n> 1\n", false, `1:3 "a # \\" → 2:1 ["> 1"]`, ""},
		{"$ a \\\n$ b\n", false, "\n1:3 \"a \\\\\"\n2:3 \"b\"", `1:3: shell: the command is not complete, expected lines after "> "`},
		{"$ echo 'a\n> b'\na\nb\n", false, `1:3 "echo 'a\nb'" → 3:1 ["a" "b"]`, ""},
		{"$ a\n> b\n", false, `1:3 "a" → 2:1 ["> b"]`, ""}, // the command is whole
		{"$ if a\n$ b\n", false, "\n1:3 \"if a\"\n2:3 \"b\"", `1:3: shell: the command is not complete, expected lines after "> "`},
		{"$ if a\n1\n", false, `1:3 "if a" → 2:1 ["1"]`, `1:3: shell: the command is not complete, expected lines after "> "`},
		{"$ a )\n", false, `1:3 "a )"`, "1:5: shell: a command can only contain words and redirects; encountered `)`"},
		{"$ if a\n> )\n", false, `1:3 "if a\n)"`, "2:1: shell: `)` can only be used to close a subshell"},

		// programs that keep the terminal
		{"$ docker run -it alpine\n/ # ls -l\nbin\n/ # exit\n$ b\n", false, `
1:3 "docker run -it alpine" stay
2:5 "ls -l" at "/ #" → 3:1 ["bin"]
4:5 "exit" at "/ #"
5:3 "b"`, ""},
		{"$ bash\nroot@3f1c0ad94c0b:/app# pwd\n/app\n", false, `
1:3 "bash" stay
2:25 "pwd" at "root@3f1c0ad94c0b:/app#" → 3:1 ["/app"]`, ""},
		{"$ su me\nme@[..]:~$ id\n", false, "\n1:3 \"su me\" stay\n2:12 \"id\" at \"me@[..]:~$\"", ""},
		{"/ # ls\n", true, `1:5 "ls" at "/ #"`, ""},
		{"/ # ls\n", false, "", "1:1: " + noSession},
		{"ls\nfoo\n", false, "", "1:1: " + noSession},
		{"a\nb\n$ ls\n", false, `3:3 "ls"`, `1:1: expected a command after "$ "`},
		{"/app $ ls\n/ #\n", true, `1:8 "ls" at "/app $"`, ""},
		{"$ a\n# no prompt\n> neither\n", false, `1:3 "a" → 2:1 ["# no prompt" "> neither"]`, ""},
		{"$ a\n/usr/bin\n/ is full\n", false, `1:3 "a" → 2:1 ["/usr/bin" "/ is full"]`, ""},
		{"$ top\n^C\n$ b\n", false, "\n1:3 \"top\" → 2:1 [\"^C\"]\n3:3 \"b\"", ""},
		{"^C\n$ b\n", true, "\n1:1 \"^C\" key\n2:3 \"b\"", ""},
		{"/ # for i in 1\n> do a; done\n1\n", true, `1:5 "for i in 1\ndo a; done" at "/ #" → 3:1 ["1"]`, ""},
		{"/ # a )\n", true, `1:5 "a )" at "/ #"`, ""}, // who knows what that shell takes

		// Python asks for more with "..."
		{"$ python3\n>>> 1 + 1\n2\n>>> for i in 'ab':\n...   print(i)\n...\na\nb\n>>> exit()\n", false, `
1:3 "python3" stay
2:5 "1 + 1" at ">>>" → 3:1 ["2"]
4:5 "for i in 'ab':\n  print(i)\n" at ">>>" → 7:1 ["a" "b"]
9:5 "exit()" at ">>>"`, ""},
		{">>> 1\n...\n", true, `1:5 "1" at ">>>" → 2:1 ["..."]`, ""}, // any lines

		// other programs, if the command names them
		{"$ sqlite3 shop.db\nSQLite version 3\nsqlite> select a\n   ...>   from t; -- it's\n1\nsqlite> f(\n(x1...> 1);\nsqlite> .quit\n$ b\n", false, `
1:3 "sqlite3 shop.db" stay → 2:1 ["SQLite version 3"]
3:9 "select a" at "sqlite>"
4:9 "  from t; -- it's" at "...>" → 5:1 ["1"]
6:9 "f(" at "sqlite>"
7:9 "1);" at "(x1...>"
8:9 ".quit" at "sqlite>"
9:3 "b"`, ""},
		{"$ docker exec -it db psql -U postgres\npostgres=# create table t (\npostgres(#   a int);\nCREATE TABLE\npostgres=# \\q\n", false, `
1:3 "docker exec -it db psql -U postgres" stay
2:12 "create table t (" at "postgres=#"
3:12 "  a int);" at "postgres(#" → 4:1 ["CREATE TABLE"]
5:12 "\\q" at "postgres=#"`, ""},
		{"$ docker exec -it db bash\nroot@[..]:/# mysql -p\nmysql> use shop\nmysql> select 1\n    -> ;\nmysql> exit\nroot@[..]:/# echo \"a\n> b\"\n", false, `
1:3 "docker exec -it db bash" stay
2:14 "mysql -p" at "root@[..]:/#"
3:8 "use shop" at "mysql>"
4:8 "select 1" at "mysql>"
5:8 ";" at "->"
6:8 "exit" at "mysql>"
7:14 "echo \"a\nb\"" at "root@[..]:/#"`, ""},
		{"MariaDB [(none)]> select '\n    '> ';\n^C\nMariaDB [(none)]> exit\n", true, `
1:19 "select '" at "MariaDB [(none)]>"
2:8 "';" at "'>"
3:1 "^C" key
4:19 "exit" at "MariaDB [(none)]>"`, ""},
		{"$ docker compose exec cache redis-cli\n127.0.0.1:6379> multi\nOK\n127.0.0.1:6379(TX)> exec\n", false, `
1:3 "docker compose exec cache redis-cli" stay
2:17 "multi" at "127.0.0.1:6379>" → 3:1 ["OK"]
4:21 "exec" at "127.0.0.1:6379(TX)>"`, ""},
		{"$ mongosh\ntest> db.a.find()\nrs0 [direct: primary] test> exit\n", false, `
1:3 "mongosh" stay
2:7 "db.a.find()" at "test>"
3:29 "exit" at "rs0 [direct: primary] test>"`, ""},
		{"$ docker run -it --rm node:22\n> 1 + 1\n2\n> .exit\n", false, `
1:3 "docker run -it --rm node:22" stay
2:3 "1 + 1" at ">" → 3:1 ["2"]
4:3 ".exit" at ">"`, ""},
		{"$ bash\nbash-5.2$ if true; then\n> echo a; fi\na\nsh-5.2# b\n", false, `
1:3 "bash" stay
2:11 "if true; then\necho a; fi" at "bash-5.2$" → 4:1 ["a"]
5:9 "b" at "sh-5.2#"`, ""},
		{"$ docker exec -it web sh\n# for i in 1; do\n> echo '# no'; done\n[..] no\n# sqlite3 a.db\nsqlite> select 1\n   ...> ;\nsqlite> .quit\n# exit\n$ sh b.sh\n# no\n", false, `
1:3 "docker exec -it web sh" stay
2:3 "for i in 1; do\necho '# no'; done" at "#" → 4:1 ["[..] no"]
5:3 "sqlite3 a.db" at "#"
6:9 "select 1" at "sqlite>"
7:9 ";" at "...>"
8:9 ".quit" at "sqlite>"
9:3 "exit" at "#"
10:3 "sh b.sh" → 11:1 ["# no"]`, ""},
		{"$ cat notes\nmysql> no\nKEY=# no\nhost:80> no\ntest> no\n> no\n", false, `1:3 "cat notes" → 2:1 ["mysql> no" "KEY=# no" "host:80> no" "test> no" "> no"]`, ""},
		{"$ mongosh --eval 'db'\ntest> no\n$ node main.js\n> no\n", false, `
1:3 "mongosh --eval 'db'" → 2:1 ["test> no"]
3:3 "node main.js" → 4:1 ["> no"]`, ""},
		{"test> 1\n", true, "", "1:1: " + noSession},
		{">>> x = \"\"\"a (\n...   b\"\"\"\n>>> f(1,\n... '}',\n... 2)  # (\n...\n>>> a = 1 + \\\n... 2\n>>> '\\'('\n...\n>>> @d\n... def f():\n...   g([\n... ])\n...\n1\n", true, `
1:5 "x = \"\"\"a (\n  b\"\"\"" at ">>>"
3:5 "f(1,\n'}',\n2)  # (" at ">>>" → 6:1 ["..."]
7:5 "a = 1 + \\\n2" at ">>>"
9:5 "'\\'('" at ">>>" → 10:1 ["..."]
11:5 "@d\ndef f():\n  g([\n])\n" at ">>>" → 16:1 ["1"]`, ""},
		{">>> print('(')\n(\n", true, `1:5 "print('(')" at ">>>" → 2:1 ["("]`, ""},
	} {
		code := c.code
		commands, errs := Console(code, c.kept)
		var got []string
		for _, c := range commands {
			line := fmt.Sprintf("%s %q", place(code, c.Offset), c.Text)
			if c.Prompt != "" {
				line += fmt.Sprintf(" at %q", c.Prompt)
			}
			if c.Key {
				line += " key"
			}
			if c.Stay {
				line += " stay"
			}
			if c.Expect != nil {
				line += fmt.Sprintf(" → %s %q", place(code, c.Expect.Offset), c.Expect.Lines)
			}
			got = append(got, line)
			if code[c.Offset:c.Offset+len(c.Text)] != c.Text && !strings.Contains(c.Text, "\n") {
				t.Errorf("%q: offset %d is not that of %q", code, c.Offset, c.Text)
			}
		}
		if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), strings.Join(got, "\n")); diff != "" {
			t.Errorf("%q: (-want +got):\n%s", c.code, diff)
		}
		if diff := cmp.Diff(c.wrong, places(code, errs)); diff != "" {
			t.Errorf("%q: wrong (-want +got):\n%s", c.code, diff)
		}
	}
}

func TestKeys(t *testing.T) {
	for text, want := range map[string]bool{
		"^C": true, "^D": true, "^Z": true, `^\`: true, "^P^Q": true,
		"": false, "^": false, "^c": false, "^CC": false, "^1": false, "C": false, " ^C": false, "^C ^C": false, "^P^": false,
	} {
		if IsKey(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

func TestEnds(t *testing.T) {
	for text, want := range map[string]bool{
		"exit": true, "exit 3": true, "logout": true, "quit": true, "exit()": true, "quit()": true, `\q`: true, "^C": true, "^D": true, "^P^Q": true, "exit;": true, ".quit": true,
		"": false, "exits": false, "echo exit": false, "^Z": false, "exit(": false,
	} {
		if Ends(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}
