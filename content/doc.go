// Package content has the nouns of a handbook: sites, pages, snippets, records.
// It reads them from a file system and never writes. This comment is the
// author's manual in short; the guides in content/guides have examples.
//
// # Site
//
// A site is a folder with pages (*.md), images and other files, and an optional
// handbook.yaml. Folders are sections; index.md is the page of its section.
// Pages are sorted by weight, then by file name. labs/04-flask.md is published
// at /labs/04-flask/. Go files in the root, and in a folder right below it that
// has a doc.go, are programs and not part of the site. An unknown key in
// handbook.yaml or front matter is an error.
//
// handbook.yaml: title, description, url, repository, language, nav, html, scripts,
// placeholders, env, and machine with docker, engines, dockerfile, memory, cpus,
// pids, disk, timeout, network, mirror, runtime and ca. How the site looks: logo,
// colors, footer, css, js, head, csp, contents and mermaid (Look).
//
// Of raw HTML, pages may have what GitHub allows. With "html: unsafe" they may
// have any.
//
// Front matter begins in the first line: title, description, weight, draft,
// aliases, tags, contents, and lab with machine, docker, machines, dir, hub, after, network,
// timeout, placeholders and env. A page with a lab key is a lab: it runs on a fresh machine
// before it is published.
//
// # Snippets
//
// A fence's info string is a language and options:
//
//	lang { " " ( key "=" value | key "=" '"' value '"' | flag | "{" lines "}" ) }
//
// They decide its role (info.Role): file= writes a real file, or, in language
// diff, changes one; bash, sh and shell are commands; console is a session;
// output is what the command before it must print; image-sizes, image-layers
// and build-steps are measured reports. include= shows a file, on a lab as it
// is on the machine at that place. mermaid and tree are drawn, text is shown.
// On a lab, any other language needs skip=. The page says what hide leaves
// out, and code blocks that are not fences count as not verified. Type
// info.Options lists the options.
//
// Expected output (Expect) is a comment "# -> text" behind a command, an
// output fence, or the lines below a command of a session. It must match
// exactly, except for white space at the ends of lines; tabs are expanded as a
// terminal does. A line "..." stands for any lines and "[..]" for any text
// within a line; a later run may print another text there without counting as
// changed. A comment that begins with an arrow and belongs to no command, or
// is not quite "# ->", is an error.
//
// In a lab with several machines, on=worker1 names the machine where a snippet
// is typed or its file is written. Without it, that is the first one.
//
// term=2 runs a snippet in another terminal of the same machine. With stay, the
// last command of a snippet stays in its terminal: a shell in a container, a
// server. It is ready when it shows a prompt, when a port listens, or when
// until="text" appears. The next snippets of that terminal are typed to it,
// until one ends it with exit or type="^C". In a session, lines after other
// prompts ("/ # ", "root@[..]:/# ", ">>> ", "mysql> ") are typed to the command
// before them.
//
// Containers that a lab starts must run, and be reachable, until the lab stops
// them. dies, or dies=NAME, says that one is meant to end, ready=no that it is
// not meant to listen, and ready=90s how long it may take to start listening.
//
// A link such as [130 MB](size:flask-app:1.1) is a measured value (Measure).
// Its text is what the author claims; the page shows what was measured. It is
// about the image that has the name at that point of the page: below a "docker
// rmi" of it there is none.
//
// A lab runs on each Docker Engine that docker names (config.Lab.Docker). Its
// page shows the results on the first one, and says where others differ. A
// claim is about all of them, or names one: size:flask-app:1.1@28, "@28"
// behind a line of a report, and the option docker=28 of an output fence.
//
// # Record
//
// What happened when a lab ran is committed beside its page, as
// labs/04-flask.record.json (Record). The record is fresh while its digest is
// that of the page's plan (Freshness).
package content
