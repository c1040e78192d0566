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
  button.hidden = false;
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

function copyButtons() {
  for (const figure of all("figure.code, figure.term")) {
    if (!figure.querySelector("[data-copy]")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    const name = figure.querySelector(".name")?.textContent;
    button.setAttribute("aria-label", name ? `Copy ${name}` : "Copy");
    button.addEventListener("click", async () => {
      await copyText(typed(figure));
      button.textContent = "Copied";
      button.classList.add("done");
      setTimeout(() => { button.textContent = "Copy"; button.classList.remove("done"); }, 1600);
    });
    const caption = figure.querySelector("figcaption");
    if (caption) caption.append(button);
    else figure.prepend(button);
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
  button.hidden = false;
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
drawers();
scrollables();
addEventListener("resize", scrollables);
