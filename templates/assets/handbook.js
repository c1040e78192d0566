// The theme's script. Every page can be read and followed without it; it adds
// what only a script can do.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// Where the site's root is, as a URL; what is below it is this site.
const root = new URL(document.body.dataset.root || ".", location.href);

// What the theme says, in the language of the site: what stands in
// templates/strings for the keys that say is called with is filled in here. The
// value named n chooses the plural form.
const strings = /* strings */ {};
const { lang } = document.documentElement;
const plural = new Intl.PluralRules(lang), digits = new Intl.NumberFormat(lang, { numberingSystem: "latn" });
function say(key, values = {}) {
  const forms = strings[key];
  const text = forms.other === undefined ? forms : forms[plural.select(values.n)] ?? forms.other;
  return text.replace(/\{(\w+)\}/g, (all, name) => typeof values[name] === "number" ? digits.format(values[name]) : values[name] ?? all);
}

// What listens beyond the page's own elements ends with the page's text.
let life;
const listen = (target, kind, heard, options) => target.addEventListener(kind, heard, { signal: life.signal, ...options });

// What the reader chose is kept where there is storage; private windows may
// have none. Colours, tabs and values are the reader's own on all sites of a
// host; what tells of pages is kept apart by the site's path.
const memory = {
  get(key) {
    try { return localStorage.getItem("hb-" + key); } catch { return null; }
  },
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem("hb-" + key);
      else localStorage.setItem("hb-" + key, value);
    } catch { /* then it lasts as long as the page */ }
  },
};

const json = (text, otherwise) => {
  try { return JSON.parse(text) ?? otherwise; } catch { return otherwise; }
};
const here = (key) => `${key}-${root.pathname}`;

// Loads a script that hands over what it holds by calling window[name]: pages
// from file: can load scripts, but no data.
function load(name, url) {
  return new Promise((done, failed) => {
    window[name] = done;
    const script = document.createElement("script");
    script.src = url;
    script.onerror = failed;
    document.head.append(script);
  });
}

// Links name index.html so that they work from file://; over HTTP the short
// form is the canonical one.
function shortenLinks(within = document) {
  if (!location.protocol.startsWith("http")) return;
  for (const a of all('a[href*="index.html"]', within)) {
    if (!a.href.startsWith(location.origin + "/")) continue;
    const short = a.getAttribute("href").replace(/(^|\/)index\.html(?=$|[?#])/, "$1");
    a.setAttribute("href", short === "" || /^[?#]/.test(short) ? "./" + short : short);
  }
}

// Colours: as the system, light, dark.
function themeSwitch() {
  const button = document.querySelector("[data-theme-switch]");
  if (!button) return;
  const names = { system: say("colours-system"), light: say("colours-light"), dark: say("colours-dark") };
  const label = button.querySelector("[data-theme-name]");
  const show = () => {
    const now = document.documentElement.dataset.theme ?? "system";
    label.textContent = names[now];
    button.title = names[now];
    // Pictures that differ by colours follow the reader's choice.
    for (const source of all("picture > source[media]")) {
      source.dataset.media ??= source.media;
      const [, wanted] = /prefers-color-scheme:\s*(\w+)/.exec(source.dataset.media) ?? [];
      if (wanted) source.media = now === "system" ? source.dataset.media : now === wanted ? "all" : "not all";
    }
  };
  button.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    // First to the other one of what is seen, then to its opposite, then back.
    const order = dark ? ["system", "light", "dark"] : ["system", "dark", "light"];
    const next = order[(order.indexOf(root.dataset.theme ?? "system") + 1) % 3];
    if (next === "system") delete root.dataset.theme;
    else root.dataset.theme = next;
    memory.set("theme", next === "system" ? null : next);
    show();
  });
  show();
}

// What is copied is what a reader types: the marked code with the reader's own
// values, without prompts, comments around it, and output.
function typed(codes) {
  return codes.map((code) => {
    const copy = code.cloneNode(true);
    for (const ph of all("[data-ph]", copy)) ph.textContent = placeholderValue(ph.dataset.ph);
    for (const e of all("[data-nocopy]", copy)) e.remove();
    for (const e of all("[data-of]", copy)) if (!document.getElementById(e.dataset.of).checked) e.remove();
    return copy.textContent.replace(/\n?$/, "\n");
  }).join("");
}

// Of a file with a command to run it, the file; of a diff, what applies it.
const typedIn = (figure) => {
  const patch = figure.querySelector(":scope > template");
  if (patch) return typed([patch.content]);
  const codes = all("[data-copy]", figure);
  const file = codes.filter((code) => !code.closest(".screen"));
  return typed(file.length ? file : codes);
};

async function copyText(text) {
  if (navigator.clipboard?.writeText) {
    try { await navigator.clipboard.writeText(text); return; } catch { /* the old way then */ }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function copyOnClick(button, text) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await copyText(text());
    button.textContent = say("copied");
    button.classList.add("done");
    setTimeout(() => { button.textContent = label; button.classList.remove("done"); }, 1600);
  });
}

function copyButtons() {
  for (const button of all(".copy")) button.setAttribute("aria-label", say("copy-what", button.dataset));
  for (const button of all(".copy")) copyOnClick(button, () => typedIn(button.closest("figure")));
  for (const button of all(".copy-step")) copyOnClick(button, () => typed([button.nextElementSibling.content]));
}

// Placeholders are fields that know their value on every page.
const placeholderValue = (name) => memory.get("ph-" + name) || name;

// What a reader may enter has to fit the site's pattern, if there is one: states,
// each with the characters that lead to it (ranges) and the states that can follow,
// of which 0 is the end. That takes no longer than the value is, unlike RegExp.
function fits(name, value) {
  const { pattern } = document.querySelector(`[data-pattern]:is([data-ph="${CSS.escape(name)}"], [data-mention="${CSS.escape(name)}"])`)?.dataset ?? {};
  if (!pattern) return true;
  const states = pattern.split(";").map((state) => state.split(":").map((list) => list.split(",")));
  let next = states[0][0];
  for (const char of value) {
    const code = char.codePointAt(0);
    const takes = (range) => { const [from, to] = range.split("-"); return from <= code && code <= to; };
    next = [...new Set(next.flatMap((n) => n > 0 && states[n][0].some(takes) ? states[n][1] : []))];
  }
  return next.includes("0");
}

function placeholders() {
  const fields = all("[data-ph]");
  const show = (name, except) => {
    const value = placeholderValue(name), set = value !== name;
    for (const f of [...fields, ...all(".value input")]) {
      if ((f.dataset.ph ?? f.dataset.for) !== name || f === except) continue;
      if (f.matches("input")) f.value = set ? value : "";
      else f.textContent = value;
      f.classList.toggle("set", set);
      f.removeAttribute("aria-invalid");
    }
  };
  // What does not fit stays in its field and is put in nowhere.
  const enter = (field, name, text) => {
    const value = text.replace(/\s+/g, "");
    const wrong = value && value !== name && !fits(name, value);
    if (wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    memory.set("ph-" + name, value && value !== name && !wrong ? value : null);
    show(name, field);
  };
  const firsts = new Map();
  for (const mention of all("[data-ph], [data-mention]")) {
    const name = mention.dataset.ph ?? mention.dataset.mention;
    if (!firsts.has(name) && !mention.closest(".step-end")) firsts.set(name, mention);
  }
  for (const [name, mention] of firsts) {
    if (!fields.some((f) => f.dataset.ph === name)) continue; // it stands nowhere
    const label = document.createElement("label"), input = document.createElement("input"), clear = document.createElement("button");
    label.className = "value";
    input.dataset.for = name;
    input.placeholder = name;
    input.spellcheck = false;
    input.autocomplete = input.autocapitalize = "off";
    clear.type = "button";
    clear.textContent = "×";
    clear.setAttribute("aria-label", say("placeholder-clear", { name }));
    input.addEventListener("input", () => enter(input, name, input.value));
    clear.addEventListener("click", () => { enter(input, name, ""); show(name); input.focus(); });
    label.append(say("placeholder", { name }), input, clear);
    const figure = mention.closest(".annotated, .tabs, figure");
    if (figure) figure.before(label);
    else (mention.closest("p, table, dl") ?? mention.parentElement).after(label);
  }
  for (const field of fields) {
    const name = field.dataset.ph;
    field.contentEditable = "plaintext-only";
    if (field.contentEditable !== "plaintext-only") field.contentEditable = "true";
    field.spellcheck = false;
    field.setAttribute("role", "textbox");
    field.setAttribute("aria-label", say("placeholder", { name }));
    field.title = say("placeholder-help", { name });
    field.addEventListener("focus", () => getSelection().selectAllChildren(field));
    field.addEventListener("input", () => enter(field, name, field.textContent));
    field.addEventListener("blur", () => show(name));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") {
        event.preventDefault();
        field.blur();
      }
    });
  }
  for (const name of new Set(fields.map((f) => f.dataset.ph))) show(name);
}

// Tabs of the same name are chosen together, here and on other pages.
function tabs() {
  const inputs = all(".tabs input[data-tab]");
  const choose = (name) => {
    for (const input of inputs) if (input.dataset.tab === name) input.checked = true;
  };
  for (const name of json(memory.get("tabs"), [])) choose(name);
  for (const input of inputs) {
    input.addEventListener("change", () => {
      const name = input.dataset.tab;
      const top = input.getBoundingClientRect().top;
      choose(name);
      // Groups above may have changed their height: what was chosen stays put.
      scrollBy(0, input.getBoundingClientRect().top - top);
      const chosen = json(memory.get("tabs"), []).filter((n) => n !== name);
      memory.set("tabs", JSON.stringify([...chosen, name].slice(-20)));
    });
  }
}

// Scrolls a menu, and only that, to where a link of it shows.
function reveal(link) {
  const menu = link.closest("nav");
  const box = menu.getBoundingClientRect(), at = link.getBoundingClientRect();
  if (at.top < box.top || at.bottom > box.bottom) menu.scrollTop += at.top - box.top - box.height / 3;
}

// The contents show where the reader is.
function contentsPosition() {
  const links = new Map(all(".contents a").map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
  const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
  if (!headings.length) return;
  let current;
  const update = () => {
    const line = innerHeight / 4;
    let now = headings[0];
    for (const h of headings) if (h.getBoundingClientRect().top <= line) now = h;
    if (scrollY + innerHeight >= document.documentElement.scrollHeight - 2) now = headings.at(-1);
    if (now === current) return;
    if (current) links.get(current.id).removeAttribute("aria-current");
    links.get(now.id).setAttribute("aria-current", "true");
    reveal(links.get(now.id));
    current = now;
  };
  let queued = false;
  listen(window, "scroll", () => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => { queued = false; update(); });
  }, { passive: true });
  update();
}

// Steps that are done stay marked, by page; "of" tells other pages how many
// there are.
const progressOf = (page) => json(memory.get(here("done") + page), { done: [], of: 0 });

function progress() {
  const page = document.body.dataset.page;
  const boxes = all("[data-step]");
  const facts = document.querySelector("[data-progress]");
  const shown = facts?.textContent;
  const minutesOf = (box) => {
    const time = document.getElementById(box.dataset.step)?.parentElement.nextElementSibling;
    return Number(time?.dataset.minutes ?? 0);
  };
  const show = () => {
    const left = boxes.filter((box) => !box.checked);
    for (const box of boxes) {
      const link = document.querySelector(`.contents a[href="#${CSS.escape(box.dataset.step)}"]`);
      link?.classList.toggle("done", box.checked);
    }
    if (!facts) return;
    const minutes = left.map(minutesOf).reduce((a, b) => a + b, 0);
    if (left.length === boxes.length) facts.textContent = shown;
    else if (!left.length) facts.textContent = say("steps-all-done", { n: boxes.length });
    else facts.textContent = say("steps-done", { done: boxes.length - left.length, total: boxes.length }) + (minutes ? ` · ${say("minutes-left", { n: minutes })}` : "");
  };
  const { done } = progressOf(page);
  for (const box of boxes) {
    box.checked = done.includes(box.dataset.step);
    box.addEventListener("change", () => {
      const now = boxes.filter((b) => b.checked).map((b) => b.dataset.step);
      memory.set(here("done") + page, now.length ? JSON.stringify({ done: now, of: boxes.length }) : null);
      show();
    });
  }
  if (boxes.length) show();
  for (const card of all("[data-for]")) {
    const { done, of } = progressOf(card.dataset.for);
    if (!of) continue;
    const note = document.createElement("small");
    note.className = "steps";
    note.textContent = done.length === of ? say("all-steps-done") : say("steps-done", { done: done.length, total: of });
    card.append(note);
  }
}

// Where the reader was last in a lab is offered when they come back to it, or
// to a page that leads to it: at the edge of the window, so that nothing moves.
function resume(again) {
  const { page } = document.body.dataset;
  const kinds = document.body.classList;
  const key = here("last");
  const last = json(memory.get(key), null);
  const came = !again && performance.getEntriesByType("navigation")[0]?.type === "navigate" && !location.hash;
  if (last && came && (last.page === page || kinds.contains("kind-home") || kinds.contains("kind-section"))) offer(last);
  if (!kinds.contains("kind-lab")) return;
  const save = () => {
    const at = document.querySelector(".contents a[aria-current]");
    if (!at || scrollY < 200) return;
    const boxes = all("[data-step]");
    if (!boxes.length) return;
    const finished = boxes.every((box) => box.checked);
    memory.set(key, finished ? null : JSON.stringify({ page, title: document.querySelector("h1").textContent,
      url: location.href.slice(root.href.length).replace(/[?#].*/, ""), id: at.hash, step: at.textContent }));
  };
  listen(window, "pagehide", save);
  listen(document, "visibilitychange", () => { if (document.hidden) save(); });
}

function offer(last) {
  const box = document.createElement("aside");
  box.className = "resume";
  box.setAttribute("aria-label", say("continue"));
  const link = document.createElement("a");
  link.href = root.href + last.url + last.id;
  link.textContent = last.page === document.body.dataset.page ? say("continue-at", last) : say("continue-page-at", last);
  const no = document.createElement("button");
  no.type = "button";
  no.setAttribute("aria-label", say("continue-no"));
  no.textContent = "×";
  const close = () => box.remove();
  no.addEventListener("click", close);
  link.addEventListener("click", close);
  box.append(link, no);
  document.querySelector("main").prepend(box);
}

// Lines can be linked to: a line's number links to it, with Shift to the lines
// from the last one to it. Arrow keys go from number to number.
function lineLinks(again) {
  const show = (scroll) => {
    for (const line of all(".l.at")) line.classList.remove("at");
    const [, id, first, last = first] = /^#(.+?)-L(\d+)(?:-L(\d+))?$/.exec(location.hash) ?? [];
    const figure = id && document.getElementById(id);
    if (!figure) return;
    const lines = all(".l", figure).slice(first - 1, last);
    for (const line of lines) {
      line.classList.add("at");
      const fold = line.closest("details");
      if (fold) fold.open = true;
    }
    const panel = figure.closest(".panel");
    if (panel) all(":scope > input", panel.closest(".tabs"))[[...panel.parentElement.children].indexOf(panel)].click();
    if (scroll) lines[0]?.scrollIntoView({ block: "center" });
  };
  for (const code of all(".nums code")) {
    const numbers = all(".ln", code);
    code.addEventListener("click", (event) => {
      if (!event.target.matches(".ln") || !event.shiftKey) return;
      event.preventDefault();
      const start = `#${code.closest("figure").id}-L`, to = event.target.dataset.n;
      const from = location.hash.startsWith(start) ? parseInt(location.hash.slice(start.length)) : to;
      location.hash = start + Math.min(from, to) + "-L" + Math.max(from, to);
    });
    code.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const next = step && event.target.matches(".ln") && numbers[numbers.indexOf(event.target) + step];
      if (!next) return;
      event.preventDefault();
      next.focus();
    });
  }
  listen(window, "hashchange", () => show(true));
  show(!again);
}

// Where notes stand below their lines, as on phones, a note opens right under
// its line: nobody loses the place.
function notes() {
  for (const mark of all(".annotated .l .num")) {
    const note = document.getElementById(mark.hash.slice(1));
    if (!note) continue;
    mark.addEventListener("click", (event) => {
      const beside = getComputedStyle(mark.closest(".annotated")).display === "grid";
      if (beside || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const line = mark.closest(".l");
      const open = line.nextElementSibling?.matches(".inset") ? line.nextElementSibling : null;
      mark.setAttribute("aria-expanded", String(!open));
      if (open) return open.remove();
      const inset = document.createElement("span");
      inset.className = "inset";
      inset.dataset.nocopy = "";
      for (const node of [...note.childNodes].filter((e) => !e.matches?.(".num"))) inset.append(node.cloneNode(true));
      for (const e of all("[id]", inset)) e.removeAttribute("id");
      line.after(inset);
    });
  }
}

// Where lines are too long for the window they can be wrapped: one choice for
// all blocks, which stays.
function wrapSwitch() {
  const page = document.documentElement;
  const long = (pre) => pre.scrollWidth > pre.clientWidth;
  const wrapped = page.classList.contains("wrap");
  page.classList.remove("wrap");
  const figures = all("figure:is(.code, .term):not(.wrap)").filter((figure) => all("pre", figure).some(long));
  page.classList.toggle("wrap", wrapped);
  const buttons = figures.map((figure) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "wrapper";
    button.textContent = say("wrap");
    const copy = figure.querySelector(".copy");
    button.setAttribute("aria-label", say("wrap-lines", copy.dataset));
    button.setAttribute("aria-pressed", String(wrapped));
    copy.before(button);
    return button;
  });
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const { top } = button.getBoundingClientRect();
      const now = page.classList.toggle("wrap");
      memory.set("wrap", now ? "1" : null);
      for (const b of buttons) b.setAttribute("aria-pressed", String(now));
      scrollables();
      scrollBy({ top: button.getBoundingClientRect().top - top, behavior: "instant" });
    });
  }
}

// The sidebar has what is near the page. The rest of the tree is loaded when a
// reader unfolds it, once for all pages.
function tree() {
  const menu = document.getElementById("hb-menu");
  if (!menu) return;
  let loaded;
  const sections = () => loaded ??= load("hbTree", menu.dataset.tree);
  const present = new Set(all("a[aria-current=page]", menu).map((a) => a.href));
  const item = ([title, url, state, key]) => {
    const li = document.createElement("li"), a = document.createElement("a");
    a.href = root.href + url;
    a.textContent = title;
    if (state) {
      const dot = document.createElement("span");
      dot.className = `dot ${state}`;
      a.append(dot);
    }
    li.append(a);
    shortenLinks(li);
    if (present.has(a.href)) a.setAttribute("aria-current", "page");
    if (key) unfolding(li, key);
    return li;
  };
  const list = async (key) => {
    const ul = document.createElement("ul");
    ul.append(...((await sections())[key] ?? []).map(item));
    return ul;
  };
  const unfolding = (li, key) => {
    const link = li.querySelector("a");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "unfold";
    button.setAttribute("aria-label", say("pages-of", { title: link.textContent }));
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", async () => {
      const below = li.querySelector("ul") ?? await list(key);
      if (!below.parentElement) li.append(below);
      const open = button.getAttribute("aria-expanded") === "false";
      button.setAttribute("aria-expanded", String(open));
      below.hidden = !open;
    });
    link.after(button);
  };
  for (const li of all("[data-more]", menu)) {
    const key = li.dataset.more;
    // The last link of a long section stands for those that are not shown; they
    // take the place of those that are, but for what is unfolded among them.
    if (!li.hasAttribute("data-rest")) { unfolding(li, key); continue; }
    li.querySelector("a").addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const whole = await list(key);
      const old = new Map(all(":scope > li", li.parentElement).map((e) => [e.querySelector("a").href, e]));
      whole.replaceChildren(...[...whole.children].map((e) => old.get(e.querySelector("a").href) ?? e));
      li.parentElement.replaceWith(whole);
      whole.querySelector("a")?.focus({ preventScroll: true });
    });
  }
  const current = menu.querySelector("a[aria-current=page]");
  if (current) reveal(current);
}

// What scrolls sideways can be reached by keyboard.
function scrollables() {
  for (const box of all("pre, .table, .screen")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

// A drawer closes when the reader has chosen where to go.
function drawers() {
  for (const drawer of all("[popover]")) {
    drawer.addEventListener("click", (event) => {
      if (event.target.closest("a") && !event.defaultPrevented && drawer.matches(":popover-open")) drawer.hidePopover();
    });
  }
}

// The search opens by its button, by "/" and by Ctrl-K; its script and the text
// are loaded when it is first opened.
function search() {
  const dialog = document.getElementById("hb-search");
  const button = document.querySelector("[data-search-open]");
  if (!dialog || !button) return;
  const open = () => {
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("input").select();
    loadScript();
  };
  const loadScript = () => {
    if (dialog.dataset.loaded) return;
    dialog.dataset.loaded = "yes";
    const script = document.createElement("script");
    script.src = dialog.dataset.script;
    document.head.append(script);
  };
  if (document.querySelector("[data-missing]")) loadScript();
  button.addEventListener("click", open);
  listen(window, "keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    const ctrlK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey;
    if (slash || ctrlK) {
      event.preventDefault();
      open();
    }
  });
}

function start(again) {
  life?.abort();
  life = new AbortController();
  shortenLinks();
  tree();
  search();
  themeSwitch();
  placeholders();
  copyButtons();
  tabs();
  contentsPosition();
  progress();
  resume(again);
  drawers();
  wrapSwitch();
  lineLinks(again);
  notes();
  scrollables();
  document.documentElement.classList.remove("wait");
}

// Chromium starts a process for a page from file: and may not know yet whose it
// is when the page's first script asks for storage. It gives the page an empty
// one then, and what the page puts there is lost (156: one page in 30 on an idle
// machine, one in 6 on a busy one). What it is asked for by way of the page's
// frame waits until it knows: a look at the locks is the least of that. head.js
// waits for the same.
const begin = () => start(false);
if (location.protocol === "file:" && navigator.locks) navigator.locks.query().then(begin, begin);
else begin();
addEventListener("resize", scrollables);
addEventListener("toggle", scrollables, true); // of what was folded
// The preview puts a page's new text into the place of the old one, and is told
// that all of the above knows.
document.addEventListener("handbook:exchanged", (event) => {
  event.preventDefault();
  start(true);
});
