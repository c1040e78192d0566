package browser

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"handbook/verify/docker/testenv/need"
)

// patience is how long a condition may take to come true: it is long because
// machines may be busy, and nothing waits for it that goes well.
const patience = 60 * time.Second

// A window is a page in the browser, with a storage of its own. What goes
// wrong in it on the quiet fails the test: errors and warnings in its console,
// what its policy forbids, requests to other hosts.
type window struct {
	t      testing.TB
	ctx    context.Context
	url    string // of the site's root
	quiet  bool   // problems are expected
	still  bool   // JavaScript is off
	mu     sync.Mutex
	faults []string
	cut    bool // a request failed because the computer's network changed
}

// networkChanged is Chromium's error for requests that are cut off since an
// address of the computer comes or goes, as with each of Docker's networks that
// other tests make at the same time.
const networkChanged = "net::ERR_NETWORK_CHANGED"

// A setting is something about a window that is not as usual.
type setting func(*window)

// size sets the size of the window, 1280 × 800 if nobody does. The page has it a
// moment after the browser.
func size(width, height int64) setting {
	return func(w *window) {
		w.t.Helper()
		w.do(chromedp.EmulateViewport(width, height))
		w.until(fmt.Sprintf("innerWidth === %d && innerHeight === %d", width, height))
	}
}

// prefers sets what the system prefers: "light" or "dark".
func prefers(scheme string) setting {
	return func(w *window) {
		call(w, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	}
}

// noScript turns JavaScript off. The tests' own expressions still work.
func noScript(w *window) {
	call(w, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	w.still = true
}

// before runs a script in each page before the page's own.
func before(script string) setting {
	return func(w *window) {
		call(w, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	}
}

// call sends a command of the protocol.
func call[P, R any](w *window, cmd cdp.Command[P, R], params P) R {
	w.t.Helper()
	r, err := chromedp.Call(w.ctx, cmd, params)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// open opens a page of the site at root.
func open(t testing.TB, root, name string, settings ...setting) *window {
	t.Helper()
	need.Browser.Find(t, browsers...)
	w := &window{t: t, url: root}
	ctx, closeWindow := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(w.listen))
	w.ctx = ctx
	t.Cleanup(func() {
		closeWindow()
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, fault := range w.faults {
			t.Error(fault)
		}
	})
	size(1280, 800)(w)
	call(w, network.Enable, network.EnableParams{})
	call(w, log.Enable, cdp.Empty{})
	for _, s := range settings {
		s(w)
	}
	w.visit(name)
	return w
}

// allowClipboard lets the site's pages read and write the clipboard.
func (w *window) allowClipboard() {
	w.t.Helper()
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(w.ctx, cdpbrowser.SetPermission, cdpbrowser.SetPermissionParams{
			Permission: &cdpbrowser.PermissionDescriptor{Name: name}, Setting: cdpbrowser.PermissionSettingGranted,
			BrowserContextID: chromedp.FromContext(w.ctx).BrowserContextID,
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// listen notes what goes wrong.
func (w *window) listen(event any) {
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			w.fault("%s: %s", e.Entry.URL, e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		w.fault("%s: %s", e.ExceptionDetails.URL, exceptionText(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			w.fault("console.%s: %v", e.Type, e.Args)
		}
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, w.url) && e.Request.URL != "about:blank" && !strings.HasPrefix(e.Request.URL, "data:") {
			w.fault("%s asks for %s, which is no part of the site", e.DocumentURL, e.Request.URL)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled {
			w.fault("a %s was not loaded: %s %s", e.Type, e.ErrorText, e.BlockedReason)
		}
	}
}

func exceptionText(d *runtime.ExceptionDetails) string {
	if d.Exception != nil && d.Exception.Description != "" {
		return d.Exception.Description
	}
	return d.Text
}

func (w *window) fault(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch text := fmt.Sprintf(format, args...); {
	case strings.Contains(text, networkChanged):
		w.cut = true
	case !w.quiet:
		w.faults = append(w.faults, text)
	}
}

// do does things one after the other, each in its time.
func (w *window) do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	for _, a := range actions {
		get(w, a)
	}
}

// get does something that has a result. The first time it starts the window,
// which lives as long as its context: so that gets no time limit.
func get[T any](w *window, action chromedp.Action[T]) T {
	w.t.Helper()
	ctx := w.ctx
	if chromedp.FromContext(ctx).Target != nil {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, patience)
		defer stop()
	}
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// visit loads a page of the site, by its name relative to the root. Pages from
// file: wait for the browser before they start (handbook.js); what is asked for
// after them is answered after them.
func (w *window) visit(name string) {
	w.t.Helper()
	for w.navigate(name) {
		w.t.Logf("%s is loaded again: the network has changed", name)
	}
	if strings.HasPrefix(w.url, "file:") {
		w.until("navigator.locks.query()")
	}
}

// navigate loads a page, and reports whether the network has changed meanwhile, so
// that something of the page may be missing.
func (w *window) navigate(name string) (again bool) {
	w.t.Helper()
	w.mu.Lock()
	w.cut = false
	w.mu.Unlock()
	ctx, stop := context.WithTimeout(w.ctx, patience)
	defer stop()
	_, err := chromedp.Run(ctx, chromedp.Navigate(w.url+name))
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case err != nil && strings.Contains(err.Error(), networkChanged):
		return true
	case err != nil:
		w.t.Fatal(err)
	}
	return w.cut
}

// remembers does something, and loads a page that must know of it.
func (w *window) remembers(do, name, condition string) {
	w.t.Helper()
	w.run(do)
	w.load(name)
	if !eval[bool](w, "Boolean("+condition+")") {
		w.t.Fatalf("%s: %s does not hold after %s", name, condition, do)
	}
}

// load loads a page with all that belongs to it; where that only leads to
// another page, that one.
func (w *window) load(name string) {
	w.t.Helper()
	w.visit(name)
	w.until(`document.readyState === "complete" && !document.querySelector("meta[http-equiv=refresh]")`)
}

// eval evaluates an expression in the page.
func eval[T any](w *window, expression string) T {
	w.t.Helper()
	return get(w, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise, withGesture))
}

// withGesture has an expression count as something that the reader did.
func withGesture(p *runtime.EvaluateParams) { p.UserGesture = new(true) }

// run evaluates statements for what they do.
func (w *window) run(statements string) {
	w.t.Helper()
	eval[bool](w, "(() => { "+statements+"; return true })()")
}

// until waits for a condition, or for what a condition promises. Pages come and
// go meanwhile, and with them what was asked for: then it is asked for again.
func (w *window) until(condition string) {
	w.t.Helper()
	end := time.Now().Add(patience)
	lost := 0
	for tries := 1; ; tries++ {
		if tries%100 == 0 {
			w.loadAgain()
		}
		ctx, stop := context.WithTimeout(w.ctx, patience/5)
		holds, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("Promise.resolve("+condition+").then(Boolean)", chromedp.EvalAwaitPromise))
		if ctx.Err() != nil {
			lost++
		}
		stop()
		switch {
		case err == nil && holds:
			return
		case w.ctx.Err() != nil:
			w.t.Fatal(w.ctx.Err())
		case time.Now().After(end):
			w.t.Fatalf("%s did not come true on %s (asked %d times, %d without an answer, the last one: %v); in focus is %s; the lab is %s", condition, eval[string](w, "location.href"), tries, lost, err,
				eval[string](w, "document.activeElement.outerHTML.slice(0, 300)"),
				eval[string](w, `(document.querySelector("handbook-lab")?.shadowRoot.querySelector("section").textContent ?? "not shown") + [...document.querySelectorAll("figure[data-hb-state]")].map((e) => " " + e.id + " " + e.dataset.hbState)`))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// loadAgain loads a page again that a link has led to and that is not there because the
// network has changed.
func (w *window) loadAgain() {
	ctx, stop := context.WithTimeout(w.ctx, patience/5)
	defer stop()
	w.mu.Lock()
	cut := w.cut
	w.cut = false
	w.mu.Unlock()
	if !cut {
		return
	}
	lost, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`location.protocol === "chrome-error:"`))
	if err == nil && lost {
		w.t.Log("a page is loaded again: the network has changed")
		_, _ = chromedp.Call(ctx, page.Reload, page.ReloadParams{})
	}
}

// once does something with what an expression gives, as soon as it gives something: in
// one step, so that the page cannot change in between.
func (w *window) once(expression, do string) {
	w.t.Helper()
	w.until("((e) => { if (!e) return false; " + do + "; return true; })(" + expression + ")")
}

// want compares what an expression gives.
func want[T comparable](w *window, expression string, want T) {
	w.t.Helper()
	if got := eval[T](w, expression); got != want {
		w.t.Errorf("%s: %s\n got %#v\nwant %#v", eval[string](w, "location.pathname"), expression, got, want)
	}
}

// Keys of the keyboard that have no letter.
const (
	enter, escape, tab = kb.Enter, kb.Escape, kb.Tab
	down, up           = kb.ArrowDown, kb.ArrowUp
	left, right        = kb.ArrowLeft, kb.ArrowRight
	space              = " "
)

// press types keys one after the other, to whatever has the focus.
func (w *window) press(keys ...string) {
	w.t.Helper()
	for _, k := range keys {
		w.do(chromedp.KeyEvent(k))
	}
}

// click clicks on what a selector finds, with the mouse, as soon as it stands still and
// nothing covers it: a page that scrolls smoothly would have moved it when the button
// goes down, and a bar at the edge would be clicked instead. If the preview exchanges the
// page meanwhile, it clicks again. Where there are no frames to wait for, as without
// JavaScript, it clicks at once.
func (w *window) click(selector string) {
	w.t.Helper()
	if w.still {
		w.do(chromedp.Click(chromedp.CSS(selector)))
		return
	}
	for end := time.Now().Add(patience); ; {
		w.until(fmt.Sprintf(`new Promise((done) => {
			const e = document.querySelector(%q);
			if (!e) return done(false);
			const at = () => e.getClientRects()[0] ?? e.getBoundingClientRect(), key = () => JSON.stringify(at());
			const first = key();
			let frames = 0;
			const next = () => {
				if (!e.isConnected || key() !== first) return done(false);
				if (++frames < 4) return requestAnimationFrame(next);
				const { x, y, width, height } = at();
				if (e.contains(document.elementFromPoint(x + width / 2, y + height / 2))) {
					window.hit = null;
					addEventListener("click", (event) => { window.hit ??= document.querySelector(%[1]q)?.contains(event.target) ?? false; }, { capture: true, once: true });
					return done(true);
				}
				e.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
				done(false);
			};
			requestAnimationFrame(next);
			setTimeout(() => done(false), 10_000); // without frames
		})`, selector))
		w.do(chromedp.Click(chromedp.CSS(selector)))
		// Where the click leads to another page, nothing of this is there any more.
		missed, err := chromedp.Run(w.ctx, chromedp.Evaluate[bool]("window.hit === null || window.hit === false"))
		if err != nil || !missed {
			return
		}
		if time.Now().After(end) {
			w.t.Fatalf("%s is not hit", selector)
		}
		w.t.Logf("%s is clicked again: the page was exchanged", selector)
	}
}
