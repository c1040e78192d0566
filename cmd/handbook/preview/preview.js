// Keeps an open page the same as the preview has it, and shows what is wrong.

// Asks the preview, and once more if it was not reached: a browser gives up connections
// when the computer's network changes, as it does with each network of a lab.
const handbookFetch = async (...what) => {
  try {
    return await fetch(...what);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    await new Promise((done) => { setTimeout(done, 200); });
    return fetch(...what);
  }
};

(() => {
  const own = document.currentScript;
  let { version } = own.dataset;

  // A style sheet made by script, in a shadow tree: it needs no leave of the
  // site's Content-Security-Policy, and neither changes the other's looks.
  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial; }
    section { position: fixed; z-index: 2147483647; inset: auto 0 0 0; max-height: 60vh; overflow: auto;
      box-sizing: border-box; padding: 1rem 1.5rem; background: #1b1b1f; color: #f4f4f5;
      border-top: 4px solid #e5484d; font: 14px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
    h2 { margin: 0 0 .5rem; font: 600 15px/1.4 system-ui, sans-serif; color: #ff9592; }
    ol { margin: 0; padding: 0; list-style: none; }
    li { margin: .5rem 0; }
    b { color: #ffd6d6; font-weight: 600; }
    pre { margin: .1rem 0 0; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
    .source { margin: .35rem 0; padding: .35rem .6rem; background: #26262b; color: #b5b2bc; white-space: pre; overflow-x: auto; }
    .source mark { background: none; color: #fff; font-weight: 600; }
    i { display: block; font-style: normal; color: #b5b2bc; }
    button { position: absolute; top: .75rem; right: 1rem; border: 0; background: none; color: #b5b2bc;
      font: 20px/1 system-ui, sans-serif; cursor: pointer; }
    button:focus-visible { outline: 2px solid #ff9592; }`);

  let host = null;

  const hide = () => { host?.remove(); host = null; };

  const element = (name, text) => {
    const e = document.createElement(name);
    if (text) e.textContent = text;
    return e;
  };

  // The lines of the source around a problem, its own between them.
  const source = (lines) => {
    const pre = element("pre");
    pre.className = "source";
    const width = String(lines.at(-1).number).length;
    for (const { number, text, here } of lines) {
      pre.append(element(here ? "mark" : "span", `${here ? ">" : " "} ${String(number).padStart(width)}  ${text}\n`));
    }
    return pre;
  };

  const show = (problems) => {
    hide();
    host = document.createElement("handbook-problems");
    const tree = host.attachShadow({ mode: "open" });
    tree.adoptedStyleSheets = [style];
    const box = element("section");
    box.setAttribute("role", "alert");
    const button = element("button", "×");
    button.setAttribute("aria-label", "Close");
    button.addEventListener("click", hide);
    const n = problems.length;
    box.append(button, element("h2", n === 1 ? "One problem; the page above is the last good one" : `${n} problems; the page above is the last good one`));
    const list = element("ol");
    for (const p of problems) {
      const item = element("li");
      if (p.place) item.append(element("b", p.place));
      item.append(element("pre", p.text));
      if (p.lines) item.append(source(p.lines));
      if (p.hint) item.append(element("i", p.hint));
      list.append(item);
    }
    box.append(list);
    tree.append(box);
    document.documentElement.append(host);
  };

  // Browsers have few connections to one host, so only the page that is looked
  // at keeps one. It hears at once what it has missed.
  let stream = null;
  let exchanged = Promise.resolve();
  const close = () => { stream?.close(); stream = null; };
  // The number of the place that was gone to last. What was edited while the page was
  // loaded is gone to, and what was edited while nobody looked at it is not.
  let place = Number(own.dataset.place ?? 0);
  let first = true;
  const open = () => {
    close();
    stream = new EventSource(new URL("events?" + new URLSearchParams({ page: own.dataset.page, version, ...(first && { place }) }), own.src));
    first = false;
    stream.addEventListener("message", (event) => {
      const news = JSON.parse(event.data);
      if (news.problems?.length) { show(news.problems); return; }
      hide();
      if (news.assets) reload();
      else if (news.reload) exchanged = exchange(news.styles);
    });
    // Where the author edits.
    stream.addEventListener("go", async (event) => {
      const { page, url, id, number } = JSON.parse(event.data);
      if (number === place) return; // told again, since the connection was lost
      place = number;
      if (page !== own.dataset.page) {
        location.assign(new URL(url + (id && "#" + encodeURIComponent(id)), location.origin));
        return;
      }
      await exchanged;
      const at = id ? document.getElementById(id) : document.body;
      const { top, bottom } = at?.getBoundingClientRect() ?? { top: 0, bottom: 0 };
      if (at && (top < 0 || top > innerHeight * .8 || !id) && (id || scrollY > 0)) at.scrollIntoView({ block: id && bottom - top < innerHeight * .8 ? "center" : "start", behavior: "instant" });
    });
    // What is told of the lab is about the page as it is told to be.
    stream.addEventListener("lab", async (event) => {
      await exchanged;
      document.dispatchEvent(new CustomEvent("handbook:lab", { detail: JSON.parse(event.data) }));
    });
  };
  const reload = () => { close(); location.reload(); };

  // What a page needs besides its text. Where that is another, or where there
  // is a script that does not say that it can start again, the page must be
  // loaded anew.
  const needs = (page) => [...page.querySelectorAll("script, meta[http-equiv]")]
    .filter((e) => e.id !== own.id).map((e) => e.outerHTML.replace(/style-src [^;"]*/, (sources) => sources.replace(/ 'sha256-[^']*'/g, "")));
  const known = needs(document);
  const simple = [...document.scripts].every((e) => e === own || e.hasAttribute("data-again"));

  // What the reader has unfolded stays so, and what they look at stays where it is.
  const folds = () => [...document.querySelectorAll("main details")].map((e) => {
    const of = e.closest("figure[id], .proof, .brief") ?? e.closest("main");
    return [`${of.id || of.classList.contains("proof")} ${[...of.querySelectorAll("details")].indexOf(e)}`, e];
  });
  const keep = () => {
    const unfolded = new Set(folds().filter(([, e]) => e.open).map(([name]) => name));
    const middle = innerHeight / 3;
    const looked = scrollY < 8 ? [] : [...document.querySelectorAll("main [id]")].map((e) => [e.id, e.getBoundingClientRect().top])
      .sort(([, a], [, b]) => Math.abs(a - middle) - Math.abs(b - middle));
    return () => {
      for (const [name, e] of folds()) if (unfolded.has(name)) e.open = true;
      for (const [id, top] of looked) {
        const e = document.getElementById(id);
        if (!e) continue;
        const moved = e.getBoundingClientRect().top - top;
        if (moved) scrollBy({ top: moved, behavior: "instant" });
        break;
      }
    };
  };

  // The styles of a page are its own: those of colours that its outputs have. The
  // policy of the page that is shown does not know others, but lets scripts set them.
  const styles = new CSSStyleSheet();
  document.adoptedStyleSheets.push(styles);
  const styleRE = /<style\b[^>]*>([^]*?)<\/style>/gi;
  let styled = [...document.querySelectorAll("style")].map((e) => e.textContent).join("\n");
  const restyle = (html) => {
    const text = [...html.matchAll(styleRE)].map(([, css]) => css).join("\n");
    if (text === styled && !document.body.querySelector("style")) return;
    for (const e of document.querySelectorAll("style")) e.remove();
    styled = text;
    styles.replaceSync(text);
  };

  // Style sheets take the places of the old ones when they are there, so that no page is
  // seen without. Another address has them loaded, and what they import with them.
  const sheets = (page) => [...page.querySelectorAll("link[rel=stylesheet]")];
  let linked = sheets(document).map((e) => e.outerHTML);
  let changed = false; // some have other rules at the same addresses
  const relink = async (page) => {
    const now = sheets(document), next = sheets(page), written = next.map((e) => e.outerHTML), all = changed;
    if (now.length !== next.length) return false;
    changed = false;
    await Promise.all(next.map((e, i) => (all || written[i] !== linked[i]) && new Promise((done) => {
      const sheet = document.importNode(e), address = new URL(e.getAttribute("href"), location.href);
      if (address.origin === location.origin) address.searchParams.set("version", version);
      sheet.href = address.href;
      sheet.addEventListener("load", () => { now[i].remove(); done(true); });
      sheet.addEventListener("error", () => { sheet.remove(); written[i] = ""; done(false); }); // it comes later
      now[i].after(sheet);
    })));
    linked = written;
    return true;
  };
  let relinked = Promise.resolve(true);

  // A new text takes the place of the old one, which is seen sooner than a page
  // that is loaded, and leaves the reader where they are. The theme's script
  // starts again when it is told; that it did, it says by preventing the
  // event's default.
  let running = null;
  const exchange = async (styles) => {
    changed ||= Boolean(styles);
    if (!simple) return reload();
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    try {
      const answer = await handbookFetch(location.href, { cache: "no-store", signal });
      if (!answer.ok) return reload();
      const html = await answer.text();
      const next = new DOMParser().parseFromString(html.replace(styleRE, ""), "text/html");
      if (signal.aborted) return;
      const needed = needs(next);
      if (needed.length !== known.length || needed.some((e, i) => e !== known[i])) return reload();
      version = next.querySelector(`script#${own.id}`).dataset.version;
      relinked = relinked.then(() => relink(next));
      if (!await relinked) return reload();
      if (signal.aborted) return;
      const kept = keep();
      restyle(html);
      document.title = next.title;
      for (const { name } of [...document.body.attributes]) document.body.removeAttribute(name);
      for (const { name, value } of next.body.attributes) document.body.setAttribute(name, value);
      document.body.replaceChildren(...next.body.childNodes);
      if (document.dispatchEvent(new Event("handbook:exchanged", { cancelable: true }))) reload();
      else kept();
    } catch {
      if (!signal.aborted) reload();
    }
  };

  const follow = () => (document.hidden ? close() : open());
  addEventListener("visibilitychange", follow);
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  follow();
})();
