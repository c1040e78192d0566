package session

import (
	"fmt"
	"strings"
	"testing"
)

func TestAt(t *testing.T) {
	for _, c := range []struct {
		line   string
		inside bool
		want   string // kind, name and host; "" if there is no prompt
	}{
		{"$ docker ps", false, "1 $ "},
		{"$", false, "1 $ "},
		{"~/labs $ ls", false, "1 $ "},
		{"$docker ps", false, "1 $ "},
		{"$HOME is set", false, ""},
		{"costs 5 $ now", false, ""},
		{"ann@laptop:~/x$ ls", false, "1 $ laptop"},
		{"[root@centos7 ~]# ls", false, "1 $ centos7"},
		{"root@3f2a9be7c24d:/# ls", false, "2 root@[..]:/# "},
		{"root@web:/app# ls", true, "2 root@[..]:/app# "},
		{"root@web:/app# ls", false, "1 $ web"},
		{"[node1] (local) root@192.168.0.8 ~$ docker ps", false, "1 $ node1"},
		{"[node2] (local) root@192.168.0.8 ~", false, "1 $ node2"},
		{"/ # ls", false, "2 / # "},
		{"/usr/src/app # ls", false, "2 /usr/src/app # "},
		{"bash-5.1# id", false, "2 bash-[..]# "},
		{"77fe01# id", false, "2 77fe01# "},
		{"added# id", false, ""},
		{"mysql> SHOW TABLES;", false, "3 mysql> "},
		{"MariaDB [(none)]> quit", false, "3 MariaDB [(none)]> "},
		{"postgres=# \\dt", false, "3 postgres=# "},
		{"127.0.0.1:6379> GET x", false, "3 127.0.0.1:6379> "},
		{">>> 1+1", false, "3 >>> "},
		{"PS C:\\> dir", false, "4 PS C:\\> "},
		{"C:\\Users\\ann> dir", false, "4 C:\\Users\\ann> "},
		{"➜  ~ ls", false, "1 $ "},
		{"https://example.org", false, ""},
		{"root@web: service apache2 start", false, "2 root@[..]:[..]# "},
		{"root@web: permission denied", false, ""},
		{"root@<containerID>:$ apt -y update", false, "2 root@[..]:[..]# "},
		{"root@ubuntu:~# docker ps", true, "1 $ ubuntu"}, // the container was left
		{"root@ubuntu:~# ls", true, "2 root@[..]:~# "},
		{"[manager1]$ docker ps", false, "1 $ manager1"},
		{"[node1] docker ps", false, "1 $ node1"},
		{"[node1]", false, ""},
		{"worker2:~# ls", false, "1 $ worker2"},
		{"pi@node2 $ ls", false, "1 $ node2"},
		{"CONTAINER ID   IMAGE", false, ""},
		{"{ \"a\": 1 }", false, ""},
	} {
		p, ok := At(c.line, c.inside)
		got := ""
		if ok && !p.Bare {
			got = fmt.Sprintf("%d %s %s", p.Kind, p.Name, p.Host)
			if p.Kind > Host {
				got = fmt.Sprintf("%d %s ", p.Kind, p.Name)
			}
		}
		if got != c.want {
			t.Errorf("%q: %q, want %q", c.line, got, c.want)
		}
	}
}

func TestSplit(t *testing.T) {
	known := func(w string) bool { return w == "docker" || w == "ls" || w == "cat" }
	for _, c := range []struct{ code, want string }{
		{"$ docker ps\nA\n\n$ ls\n", `$ "docker ps" → ["A"]; $ "ls"`},
		{"$ docker run \\\n  -d \\\n  nginx\nabc", `$ "docker run \\\n  -d \\\n  nginx" → ["abc"]`},
		{"$ cat <<E\n> a\n> E\na", `$ "cat <<E\na\nE" → ["a"]`},
		{"# first\n$ ls\n# second\n\n$ ls", `(first) $ "ls"; (second) $ "ls"`},
		{"# docker ps\nA\n# docker images\nB", `$ "docker ps" → ["A"]; $ "docker images" → ["B"]`},
		{"[node1] (local) root@10.0.0.1 ~\n$ ls\nx\n[node1] (local) root@10.0.0.1 ~", `$ "ls" → ["x"]`},
		{"$ docker run -it a sh\n/ # / # ls\nbin\n/ #\n", `$ "docker run -it a sh"; / # "ls" → ["bin"]`},
		{"mysql> select 1\n    -> ;\n1", `mysql> "select 1\n    -> ;" → ["1"]`},
		{"A\n$ ls", `"" → ["A"]; $ "ls"`},
		{"docker exec -it a \\\n  bash\nroot@<id>:/$ ls\nbin", `$ "docker exec -it a \\\n  bash"; root@[..]:[..]# "ls" → ["bin"]`},
		{"docker exec -it a bash\nroot@web: ls\nroot@web: exit", `$ "docker exec -it a bash"; root@[..]:[..]# "ls"; root@[..]:[..]# "exit"`},
		{"docker ps\n$ ls", `$ "docker ps"; $ "ls"`},
		{"# a network\ndocker network create pears\n\n# a look\n[node1] (local) root@10.0.0.1 ~\n$ ls\nx", `(a network) $ "docker network create pears"; (a look) $ "ls" → ["x"]`},
		{"pears: 3\ndocker ps\n$ ls", `"" → ["pears: 3" "docker ps"]; $ "ls"`},
		{"docker run -it a bash\n77fe01# ls /pears\nexit\n$ ls", `$ "docker run -it a bash"; 77fe01# "ls /pears"; 77fe01# "exit"; $ "ls"`},
		{"/ # exit\nexit\n$ ls", `/ # "exit" → ["exit"]; $ "ls"`},
	} {
		var all []string
		for _, e := range Split(strings.Split(strings.TrimSuffix(c.code, "\n"), "\n"), Options{Known: known}) {
			s := fmt.Sprintf("%s %q", e.Prompt.Name, e.Command())
			if len(e.Notes) > 0 {
				s = "(" + strings.Join(e.Notes, ", ") + ") " + s
			}
			if len(e.Output) > 0 {
				s += fmt.Sprintf(" → %q", e.Output)
			}
			all = append(all, strings.TrimSpace(s))
		}
		if got := strings.Join(all, "; "); got != c.want {
			t.Errorf("%q:\n%s, want\n%s", c.code, got, c.want)
		}
	}
}

func TestStatements(t *testing.T) {
	for _, c := range []struct{ code, want string }{
		{"a\nb", `0:"a" 1:"b"`},
		{"# x\na \\\n  b\n\nc # d", `1:"a \\\n  b" 4:"c # d"`},
		{"cat > f <<'E'\nx\nE\nls", `0:"cat > f <<'E'\nx\nE" 3:"ls"`},
		{"for i in 1 2; do\n  echo $i\ndone\nls", `0:"for i in 1 2; do\n  echo $i\ndone" 3:"ls"`},
		{"docker stop <container id>\nls", `0:"docker stop <container id>" 1:"ls"`},
		{"a; b\nc", `0:"a; b" 1:"c"`},
		{"docker run (x\nls", `0:"docker run (x" 1:"ls"`},
	} {
		var all []string
		statements, _ := Statements(strings.Split(c.code, "\n"))
		for _, s := range statements {
			all = append(all, fmt.Sprintf("%d:%q", s.Line, s.Text))
		}
		if got := strings.Join(all, " "); got != c.want {
			t.Errorf("%q: %s, want %s", c.code, got, c.want)
		}
	}
}
