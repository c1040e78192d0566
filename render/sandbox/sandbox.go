// Package sandbox protects a site from scripts in files of its content.
//
// Files that browsers show as documents may contain scripts. Served from the
// site's host, these scripts could read the data that the site stores in
// browsers, or imitate its pages. The setting scripts says what to do with
// such files:
//
//	sandbox  an HTML file is shown in a frame that is a site of its own; others
//	         that hold scripts are refused
//	refuse   HTML files are refused, too
//	allow    all are published as they are
//
// Compressed files are refused if the original may contain scripts, since a
// server may send x.html.gz in place of x.html.
package sandbox

import (
	"bytes"
	"encoding/xml"
	"errors"
	"html/template"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"handbook/content"
	"handbook/render/place"
)

// Reason is the reason of an error about a file that may hold scripts.
const Reason content.Reason = "scripts"

// File returns a file of the content as it is published. The error names what
// could run a script.
func File(setting, name string, b []byte, at content.Pos) ([]byte, error) {
	if setting == "allow" {
		return b, nil
	}
	what := ""
	ext := strings.ToLower(path.Ext(name))
	if slices.Contains(place.Encodings, ext) && powerful(strings.ToLower(path.Ext(strings.TrimSuffix(name, path.Ext(name))))) {
		ext = compressed
	}
	switch {
	case ext == ".html" || ext == ".htm":
		if setting != "refuse" {
			return framed(name, b), nil
		}
		what = "an HTML file"
	case ext == compressed:
		what = "a compressed file that servers may send for another one"
	case scripted[ext]:
		what = "a file that may hold scripts"
	case servedAsXML[strings.TrimPrefix(ext, ".")]:
		what = active(b)
	}
	if what == "" {
		return b, nil
	}
	return nil, &content.Error{Pos: at, Msg: what + ", which would have power over the site", Reason: Reason}
}

// compressed stands for the extensions of compressed files that may contain
// scripts.
const compressed = "compressed"

// scripted are the extensions of documents that may contain scripts, besides
// those of HTML and XML.
var scripted = map[string]bool{".svgz": true, ".shtml": true, ".mht": true, ".mhtml": true}

// powerful reports whether files with an extension can run scripts, as
// documents or as parts of pages.
func powerful(ext string) bool {
	switch ext {
	case ".html", ".htm", ".js", ".mjs", ".css", ".wasm":
		return true
	}
	return scripted[ext] || servedAsXML[strings.TrimPrefix(ext, ".")]
}

// servedAsXML are the extensions of files that hosts serve as XML, with the
// types xml, xsl and all that end with +xml (mime-db, Apache's mime.types).
// Some browsers show any of these as documents, in which XHTML has scripts.
var servedAsXML = set(`xml xsl xslt xsd rng rdf owl rss atom xhtml xht svg mathml mml opml atomcat atomdeleted atomsvc ccxml
	cdxml dae davmount dbk dd2 dtb dtbook dwd emma emotionml es3 et3 fo gml gpx grxml hal ink inkml irp its kml lasxml lbe
	link66 lostxml mads maei meta4 metalink mets mfm mods mpd mpf mpp mrcx mscml musicxml mxml ncx odx omdoc opf osm p2p
	pls pskcxml rapd res rif rl rld rpst rsat rsd rsheet rusd sbml scxml sdkd sdkm senmlx sensmlx shf smi smil sru srx
	ssdl ssml swidtag tei teicorpus tfi ttml uoml vxml wadl wif wml wsdl wspolicy x3d xaml xav xbap xbl xca xcs xdf xdm
	xdp xdssc xel xenc xer xfdf xhvml xlf xliff xmind xmls xns xop xpdl xpl xrd xsm xspf xul xvm xvml yin zaz zmm`)

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(words) {
		all[word] = true
	}
	return all
}

// framed puts an HTML file into a frame with an origin of its own, so that its
// scripts run but can't access the site.
// https://html.spec.whatwg.org/multipage/iframe-embed-object.html#attr-iframe-sandbox
func framed(name string, b []byte) []byte {
	title := template.HTMLEscapeString(path.Base(name))
	return []byte(`<!doctype html><html><meta charset="utf-8"><title>` + title + `</title><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">` +
		`<style>html,body,iframe{margin:0;border:0;width:100%;height:100%;display:block}</style>` +
		`<iframe sandbox="allow-scripts allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox" allow="fullscreen" title="` + title +
		`" srcdoc="` + template.HTMLEscapeString(string(b)) + `"></iframe></html>` + "\n")
}

// active returns what can run a script in an XML document, "" if nothing can.
func active(b []byte) string {
	d := xml.NewDecoder(bytes.NewReader(b))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for {
		token, err := d.RawToken()
		switch {
		case errors.Is(err, io.EOF):
			return ""
		case err != nil:
			return "XML that cannot be read"
		}
		switch t := token.(type) {
		case xml.ProcInst:
			if t.Target != "xml" {
				return "the instruction " + strconv.Quote(t.Target)
			}
			if bytes.Contains(bytes.ToLower(t.Inst), []byte("encoding")) && !plainEncoding.Match(t.Inst) {
				return "XML in another encoding than UTF-8"
			}
		case xml.Directive:
			if bytes.ContainsAny(t, "[&%") {
				return "a document type with entities"
			}
		case xml.StartElement:
			if what := activeElement(t); what != "" {
				return what
			}
		}
	}
}

// activeElement returns what can run a script in an element, "" if nothing
// can.
func activeElement(t xml.StartElement) string {
	switch strings.ToLower(t.Name.Local) {
	case "script", "handler", "listener", "foreignobject", "iframe", "object", "embed":
		return "the element " + strconv.Quote(t.Name.Local)
	case "set", "animate":
		for _, a := range t.Attr { // of an address, or of what runs a script
			if to := strings.ToLower(a.Value); strings.EqualFold(a.Name.Local, "attributeName") && (strings.HasSuffix(to, "href") || strings.HasPrefix(to, "on")) {
				return "the element " + strconv.Quote(t.Name.Local)
			}
		}
	}
	for _, a := range t.Attr {
		value := strings.ToLower(strings.Map(func(r rune) rune {
			if r <= ' ' {
				return -1 // browsers leave these out of addresses
			}
			return r
		}, a.Value))
		name := strings.ToLower(a.Name.Local)
		isNamespace := a.Name.Space == "xmlns" || name == "xmlns"
		switch {
		case strings.HasPrefix(name, "on"):
			return "the attribute " + strconv.Quote(a.Name.Local)
		case isNamespace && (strings.Contains(value, "xhtml") || strings.Contains(value, "xsl")):
			return "the namespace " + strconv.Quote(a.Value)
		case scriptAddress.MatchString(value) && !pictureAddress.MatchString(value):
			return "the address " + strconv.Quote(a.Value[:min(len(a.Value), 40)])
		}
	}
	return ""
}

var (
	plainEncoding  = regexp.MustCompile(`(?i)^[^'"]*version\s*=\s*(?:"[^"]*"|'[^']*')\s+encoding\s*=\s*["'](?:utf-8|us-ascii)["']`)
	scriptAddress  = regexp.MustCompile(`^(?:javascript|vbscript|data):`)
	pictureAddress = regexp.MustCompile(`^data:(?:image/(?:png|jpeg|gif|webp|avif)|font/)`)
)
