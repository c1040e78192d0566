// The theme's script. Every page can be read and followed without it; it adds
// what only a script can do.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// What the reader chose is kept where there is storage; file: pages and
// private windows may have none.
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

// Links name index.html so that they work from file://; over HTTP the short
// form is the canonical one.
function shortenLinks() {
  if (!location.protocol.startsWith("http")) return;
  for (const a of all('a[href*="index.html"]')) {
    const url = new URL(a.href);
    if (url.origin !== location.origin) continue;
    const short = a.getAttribute("href").replace(/(^|\/)index\.html(?=$|[?#])/, "$1");
    a.setAttribute("href", short === "" || /^[?#]/.test(short) ? "./" + short : short);
  }
}

// Colours: as the system, light, dark.
function themeSwitch() {
  const button = document.querySelector("[data-theme-switch]");
  if (!button) return;
  const names = { system: "Colours: as the system", light: "Colours: light", dark: "Colours: dark" };
  const label = button.querySelector("[data-theme-name]");
  const show = () => {
    const now = document.documentElement.dataset.theme ?? "system";
    label.textContent = names[now];
    button.title = names[now];
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

// What is copied from a snippet is what a reader types: the marked code with
// the reader's own values, without prompts, comments around it, and output.
function typed(figure) {
  return all("[data-copy]", figure).map((code) => {
    const copy = code.cloneNode(true);
    all("[data-ph]", copy).forEach((ph) => { ph.textContent = placeholderValue(ph.dataset.ph); });
    all("[data-nocopy]", copy).forEach((e) => e.remove());
    return copy.textContent.replace(/\n$/, "");
  }).join("\n") + "\n";
}

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
    button.textContent = "Copied";
    button.classList.add("done");
    setTimeout(() => { button.textContent = label; button.classList.remove("done"); }, 1600);
  });
}

function copyButtons() {
  for (const button of all(".copy")) copyOnClick(button, () => typed(button.closest("figure")));
  for (const button of all(".copy-step")) {
    copyOnClick(button, () => {
      const heading = document.getElementById(button.parentElement.querySelector("[data-step]").dataset.step);
      const { DOCUMENT_POSITION_FOLLOWING: after } = Node;
      return all("figure.term").filter((figure) => figure.offsetParent &&
        heading.compareDocumentPosition(figure) & after && figure.compareDocumentPosition(button) & after).map(typed).join("");
    });
  }
}

// Placeholders are fields that know their value on every page.
const placeholderValue = (name) => memory.get("ph-" + name) || name;

function placeholders() {
  const fields = all("[data-ph]");
  const show = (name, except) => {
    for (const f of fields) {
      if (f.dataset.ph !== name || f === except) continue;
      f.textContent = placeholderValue(name);
      f.classList.toggle("set", placeholderValue(name) !== name);
    }
  };
  for (const field of fields) {
    const name = field.dataset.ph;
    field.contentEditable = "plaintext-only";
    if (field.contentEditable !== "plaintext-only") field.contentEditable = "true";
    field.spellcheck = false;
    field.setAttribute("role", "textbox");
    field.setAttribute("aria-label", `Your value for ${name}`);
    field.title = `Your value for ${name}: it is put in everywhere and stays in this browser`;
    field.addEventListener("focus", () => getSelection().selectAllChildren(field));
    field.addEventListener("input", () => {
      const value = field.textContent.replace(/\s+/g, "");
      memory.set("ph-" + name, value && value !== name ? value : null);
      show(name, field);
    });
    field.addEventListener("blur", () => show(name));
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") {
        event.preventDefault();
        field.blur();
      }
    });
    show(name);
  }
}

// Tabs of the same name are chosen together, here and on other pages.
function tabs() {
  const inputs = all(".tabs input[data-tab]");
  const choose = (name) => {
    for (const input of inputs) if (input.dataset.tab === name) input.checked = true;
  };
  for (const name of JSON.parse(memory.get("tabs") ?? "[]")) choose(name);
  for (const input of inputs) {
    input.addEventListener("change", () => {
      const name = input.dataset.tab;
      const top = input.getBoundingClientRect().top;
      choose(name);
      // Groups above may have changed their height: what was chosen stays put.
      scrollBy(0, input.getBoundingClientRect().top - top);
      const chosen = JSON.parse(memory.get("tabs") ?? "[]").filter((n) => n !== name);
      memory.set("tabs", JSON.stringify([...chosen, name].slice(-20)));
    });
  }
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
    current = now;
  };
  let queued = false;
  addEventListener("scroll", () => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(() => { queued = false; update(); });
  }, { passive: true });
  update();
}

// Steps that are done stay marked, by page; "of" tells other pages how many
// there are.
const progressOf = (page) => JSON.parse(memory.get("done-" + page) ?? '{"done":[],"of":0}');

function progress() {
  const page = document.body.dataset.page;
  const boxes = all("[data-step]");
  const facts = document.querySelector("[data-progress]");
  const shown = facts?.textContent;
  const minutesOf = (box) => {
    const time = document.getElementById(box.dataset.step)?.nextElementSibling;
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
    else if (!left.length) facts.textContent = `All ${boxes.length} steps done`;
    else facts.textContent = `${boxes.length - left.length} of ${boxes.length} steps done` + (minutes ? ` · ${minutes} minutes left` : "");
  };
  const { done } = progressOf(page);
  for (const box of boxes) {
    box.checked = done.includes(box.dataset.step);
    box.addEventListener("change", () => {
      const now = boxes.filter((b) => b.checked).map((b) => b.dataset.step);
      memory.set("done-" + page, now.length ? JSON.stringify({ done: now, of: boxes.length }) : null);
      show();
    });
  }
  if (boxes.length) show();
  for (const card of all("[data-for]")) {
    const { done, of } = progressOf(card.dataset.for);
    if (!of) continue;
    const note = document.createElement("small");
    note.className = "steps";
    note.textContent = done.length === of ? "all steps done" : `${done.length} of ${of} steps done`;
    card.append(note);
  }
}

// Where the reader was last in a lab is offered on the pages that lead there.
function resume() {
  const page = document.body.dataset.page;
  if (document.body.classList.contains("kind-lab")) {
    addEventListener("pagehide", () => {
      const here = document.querySelector(".contents a[aria-current]");
      if (!here || scrollY < 200) return;
      memory.set("last", JSON.stringify({ page, title: document.querySelector("h1").textContent, id: here.hash, step: here.textContent }));
    });
    return;
  }
  const last = JSON.parse(memory.get("last") ?? "null");
  const card = last && all("[data-for]").find((a) => a.dataset.for === last.page);
  if (!card) return;
  const link = document.createElement("a");
  link.className = "resume";
  link.href = card.getAttribute("href") + last.id;
  link.textContent = `Continue with “${last.title}” at “${last.step}”`;
  document.querySelector(".cards").before(link);
}

// What scrolls sideways can be reached by keyboard.
function scrollables() {
  for (const box of all("pre, .table, .screen")) {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

// A drawer closes when the reader has chosen where to go.
function drawers() {
  for (const drawer of all("[popover]")) {
    drawer.addEventListener("click", (event) => {
      if (event.target.closest("a") && drawer.matches(":popover-open")) drawer.hidePopover();
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
    if (dialog.dataset.script) {
      const script = document.createElement("script");
      script.src = dialog.dataset.script;
      delete dialog.dataset.script;
      document.head.append(script);
    }
  };
  button.addEventListener("click", open);
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    const ctrlK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey;
    if (slash || ctrlK) {
      event.preventDefault();
      open();
    }
  });
}

shortenLinks();
search();
themeSwitch();
placeholders();
copyButtons();
tabs();
contentsPosition();
progress();
resume();
drawers();
scrollables();
addEventListener("resize", scrollables);
