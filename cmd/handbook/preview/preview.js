// Keeps an open page the same as the preview has it, and shows what is wrong.
(() => {
  const own = document.currentScript;
  const query = new URLSearchParams({ page: own.dataset.page, version: own.dataset.version });
  const url = new URL("events?" + query, own.src);

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
    box.append(button, element("h2", n === 1 ? "One problem; below is the last good page" : `${n} problems; below is the last good page`));
    const list = element("ol");
    for (const p of problems) {
      const item = element("li");
      if (p.place) item.append(element("b", p.place));
      item.append(element("pre", p.text));
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
  const close = () => { stream?.close(); stream = null; };
  const open = () => {
    close();
    stream = new EventSource(url);
    stream.addEventListener("message", (event) => {
      const news = JSON.parse(event.data);
      if (news.problems?.length) show(news.problems);
      else if (news.reload) { close(); location.reload(); }
      else hide();
    });
  };
  const follow = () => (document.hidden ? close() : open());
  addEventListener("visibilitychange", follow);
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  follow();
})();
