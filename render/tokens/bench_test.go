package tokens

import (
	"testing"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// fences are snippets of the length that handbooks have.
var fences = map[string]string{
	"bash":       "# build and run\nexport APP_ENV=production\ndocker build -t web:latest --build-arg VERSION=1.2 .\nfor i in $(seq 1 3); do\n  curl -fsS \"http://localhost:8080/health?try=$i\" | jq '.status' && break\ndone\n",
	"python":     "import os\nfrom flask import Flask, jsonify\n\napp = Flask(__name__)\n\n@app.route(\"/hello/<name>\")\ndef hello(name: str):\n    \"\"\"Say hello.\"\"\"\n    count = int(os.environ.get(\"COUNT\", 3))\n    return jsonify({\"hi\": f\"{name}!\", \"n\": count})\n",
	"docker":     "FROM python:3.12-slim AS build\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt \\\n && useradd -m app\nUSER app\nEXPOSE 8000\nCMD [\"gunicorn\", \"-b\", \":8000\", \"app:app\"]\n",
	"yaml":       "services:\n  web:\n    image: \"web:latest\"\n    ports:\n      - 8080:8000 # the site\n    environment:\n      DEBUG: false\n      LEVEL: 3\n    depends_on: [db]\n  db:\n    image: postgres:16\n",
	"json":       "{\n  \"name\": \"web\",\n  \"version\": \"1.2.3\",\n  \"private\": true,\n  \"scripts\": {\"start\": \"node server.js\", \"test\": \"jest\"},\n  \"ports\": [80, 443, 1.5e3],\n  \"extra\": null\n}\n",
	"go":         "package main\n\nimport \"fmt\"\n\n// main says hello.\nfunc main() {\n\tfor i := 0; i < 3; i++ {\n\t\tif s := name(i); s != \"\" {\n\t\t\tfmt.Printf(\"hello %s %d\\n\", s, i*0x10)\n\t\t}\n\t}\n}\n",
	"javascript": "const express = require('express');\nconst app = express();\n// hello\napp.get('/', async (req, res) => {\n  const n = await db.count({ done: false });\n  res.json({ total: n + 1, text: `hi ${req.query.name}` });\n});\napp.listen(3000);\n",
	"html":       "<!doctype html>\n<html lang=\"en\">\n<head><title>Hi</title><style>p { color: #c00; }</style></head>\n<body>\n  <p class=\"big\">Tom &amp; <b>Jerry</b></p>\n  <script>let x = 1;</script>\n</body>\n</html>\n",
	"css":        "/* buttons */\n.button, a:hover {\n  color: #ff8800;\n  margin: 0 auto 1.5rem;\n  background: url(\"img/a.png\") no-repeat;\n}\n@media (max-width: 600px) {\n  #nav { display: none; }\n}\n",
	"sql":        "-- users of the last week\nSELECT u.id, count(*) AS orders, max(o.total)\nFROM users u JOIN orders o ON o.user_id = u.id\nWHERE o.created > '2024-01-01' AND u.active = 1\nGROUP BY u.id ORDER BY orders DESC LIMIT 10;\n",
	"ini":        "; settings\n[server]\nhost = 0.0.0.0\nport = 8080\n\n[database]\nurl = \"postgres://localhost/app\"\npool = 5\nverbose = true\n# end\n",
	"toml":       "# project\n[project]\nname = \"web\"\nversion = \"1.2.3\"\nrequires = [\"flask>=3\", \"gunicorn\"]\nwhen = 2024-01-01T10:00:00Z\n\n[tool.x]\non = true\nn = 1_000\n",
	"java":       "package app;\n\nimport java.util.List;\n\npublic class Main {\n    /** Starts. */\n    public static void main(String[] args) {\n        for (int i = 0; i < args.length; i++) {\n            System.out.println(\"arg \" + args[i]);\n        }\n    }\n}\n",
	"c":          "#include <stdio.h>\n\n/* entry */\nint main(int argc, char **argv)\n{\n    for (int i = 1; i < argc; i++) {\n        printf(\"%d: %s\\n\", i, argv[i]);\n    }\n    return argc > 3 ? 0x1f : 0;\n}\n",
	"rust":       "use std::env;\n\n/// Entry.\nfn main() {\n    let args: Vec<String> = env::args().collect();\n    for (i, a) in args.iter().enumerate() {\n        println!(\"{}: {}\", i, a);\n    }\n    let n: u64 = 1_000 + 0xff;\n    assert!(n > 3);\n}\n",
	"typescript": "interface User { id: number; name?: string }\n\nexport async function load(id: number): Promise<User> {\n  const res = await fetch(`/api/users/${id}`);\n  if (!res.ok) throw new Error(\"no\");\n  return res.json() as User;\n}\n",
}

// BenchmarkFence measures Chroma and this package side by side.
func BenchmarkFence(b *testing.B) {
	for lang, text := range fences {
		l := lexers.Get(lang)
		b.Run(lang+"/chroma", func(b *testing.B) { benchmark(b, chromas{Lexer: l}, text) })
		b.Run(lang+"/here", func(b *testing.B) { benchmark(b, quickly(l), text) })
	}
}

func benchmark(b *testing.B, l tokeniser, text string) {
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	var tokens []chroma.Token
	for b.Loop() {
		var err error
		if tokens, err = l.tokens(newBudget(text), tokens[:0], defaultOptions, text); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFile measures all files of the corpus, each with its own lexer.
func BenchmarkFile(b *testing.B) {
	type file struct {
		lexer chroma.Lexer
		text  string
	}
	var files []file
	size := 0
	for path, text := range corpus(b) {
		if l := ownLexer(path); l != nil {
			files = append(files, file{l, text})
			size += len(text)
		}
	}
	all := func(b *testing.B, of func(chroma.Lexer) tokeniser) {
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, f := range files {
				if _, err := of(f.lexer).tokens(newBudget(f.text), nil, defaultOptions, f.text); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("chroma", func(b *testing.B) { all(b, func(l chroma.Lexer) tokeniser { return chromas{Lexer: l} }) })
	b.Run("here", func(b *testing.B) { all(b, quickly) })
}

// BenchmarkCompile measures what a language costs once.
func BenchmarkCompile(b *testing.B) {
	for lang, text := range fences {
		l, ok := lexers.Get(lang).(*chroma.RegexLexer)
		if !ok {
			b.Fatal(lang, " is of another kind")
		}
		b.Run(lang, func(b *testing.B) {
			for b.Loop() {
				compiled, err := newLexer(l)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := compiled.tokens(newBudget(text), nil, defaultOptions, text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
