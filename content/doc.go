// Package content is the nouns of a handbook: sites, pages, snippets, records.
// This comment is the author's manual in short; the guides of the handbook
// itself, content/guides, show it with examples.
//
// # Site
//
// A site is a folder with pages (*.md), images and other files beside them,
// and an optional handbook.yaml. Folders are sections, index.md is a section's
// own page. Pages stand in order of weight, then file name, and labs/04-flask.md
// is published at /labs/04-flask/. An unknown key, in handbook.yaml as in front
// matter, is an error with its place.
//
// handbook.yaml: title, description, url, repository, language, nav, html,
// placeholders, env, and machine with dockerfile, memory, cpus, pids, disk,
// timeout, network, mirror, runtime and ca.
//
// Raw HTML in pages is let through as GitHub does it; "html: unsafe" lets all
// of it through.
//
// Front matter: title, description, weight, draft, aliases, tags, and lab with
// machine, dir, hub, after, network, timeout, placeholders and env. A page with
// a lab key is a lab: it is run on a fresh machine before it is published.
//
// # Snippets
//
// A fence's info string is a language and options:
//
//	lang { " " ( key "=" value | key "=" '"' value '"' | flag | "{" lines "}" ) }
//
// Its role follows from them (Role): file= makes a real file, or, in language
// diff, a change of one; bash, sh and shell are commands; console is a session;
// output is what the command before it must print; image-sizes, image-layers
// and build-steps are measured reports. Any other language needs skip= on a lab.
// Options lists the options.
//
// A comment "# -> text" behind a command, an output fence, or the lines of a
// session are expected output (Expect). It is compared exactly, but for white
// space at the ends of lines; "..." stands for any lines and "[..]" for any
// text in a line.
//
// term=2 runs a snippet in another terminal of the same machine. With stay its
// last command keeps the terminal (a shell in a container, a server): it is
// ready when it prompts, when a port listens, or when until="text" appears, and
// the next snippets of that terminal are typed to it until one ends it, with
// exit or type="^C". In a session, lines after other prompts ("/ # ",
// "root@[..]:/# ", ">>> ") are typed to the command before them.
//
// A link such as [130 MB](size:flask-app:1.1) is a measured value (Measure),
// its text a claim.
//
// # Record
//
// What happened when a lab was run is committed beside its page, as
// labs/04-flask.record.json (Record). It belongs to the page as long as its
// digest is that of the page's plan.
package content
