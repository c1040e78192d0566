// A terminal on a machine of the page's lab: a panel above the bar, which draws what
// the preview tells of the screen, and sends keys.
const handbookTerminal = ({ own, page, say, element, ask }) => {
  const look = new CSSStyleSheet();
  look.replaceSync(`
    :host { all: initial; display: block; } :host([hidden]) { display: none; }
    section { position: relative; direction: ltr; background: #161b22; color: #d0d7de; border-top: 1px solid #454d59; font: 14px/1.4 system-ui, sans-serif; color-scheme: dark; }
    header { display: flex; align-items: center; gap: .3rem 1rem; min-height: 2.25rem; padding: .15rem .5rem .15rem 1rem; border-bottom: 1px solid #2c323b; }
    h2 { flex: none; margin: 0; font: inherit; font-weight: 600; }
    .told { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: #98a2ad; }
    .told.wrong { color: #ff8a82; white-space: normal; overflow-wrap: anywhere; }
    .hint { flex: none; color: #98a2ad; font-size: 12.5px; }
    button { flex: none; min-height: 1.75rem; padding: .1rem .7rem; border: 1px solid #454d59; border-radius: 6px; background: #22272e; color: inherit; font: inherit; font-weight: 600; cursor: pointer; }
    button:hover { border-color: #98a2ad; }
    button:focus-visible { outline: 2px solid #8bbcf5; outline-offset: 2px; }
    .view { position: relative; overflow: auto; overscroll-behavior: contain; padding: 6px 1rem; cursor: text; font: 13px/18px ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-variant-ligatures: none; }
    .view:has(textarea:focus) { box-shadow: inset 0 0 0 1px #8bbcf5; }
    .grid, .above { position: relative; width: calc(var(--columns, 80) * 1ch); }
    .row { height: 18px; white-space: pre; }
    .above > div { min-height: 18px; white-space: pre-wrap; overflow-wrap: anywhere; }
    .missing { color: #98a2ad; font-style: italic; }
    .view.whole .above { display: none; }
    i { display: inline-block; width: 1ch; font-style: inherit; white-space: pre; }
    i.two { width: 2ch; }
    .cursor { position: absolute; width: 1ch; height: 18px; box-sizing: border-box; border: 1px solid #98a2ad; pointer-events: none; }
    .view:has(textarea:focus) .cursor { border: 0; background: #d0d7de; opacity: .55; }
    .cursor[hidden] { display: none; }
    textarea { position: absolute; width: 1ch; height: 18px; padding: 0; border: 0; opacity: 0; resize: none; overflow: hidden; white-space: pre; font: inherit; outline: 0; pointer-events: none; }
    @media (width < 36rem) { header { flex-wrap: wrap; } .hint { display: none; } button { margin-inline-start: auto; } .told { order: 1; flex-basis: 100%; } .told:empty { display: none; } }
    @media print { section { display: none; } }`);

  // The colours that have a number, as the theme has them on a terminal.
  const letters = ["#8b949e", "#ff8a82", "#62d27b", "#e3b94f", "#84bbff", "#d6adff", "#5fd3de", "#d0d7de", "#98a2ad", "#ffaaa3", "#86e69a", "#f2d27a", "#a9d2ff", "#e4c9ff", "#a5ecf3", "#ffffff"];
  const grounds = ["#30363d", "#9e1c23", "#17652f", "#6f4b00", "#1f4f94", "#6b3aa0", "#0f5f6b", "#d0d7de", "#484f58", "#a92f35", "#196a32", "#7d5600", "#275ca6", "#7545ab", "#106673", "#ffffff"];
  const text = "#d0d7de", ground = "#161b22";
  const bold = 1 << 1, dim = 1 << 2, italic = 1 << 3, underline = 1 << 4, inverse = 1 << 7, concealed = 1 << 8, struck = 1 << 9;

  // It has a shadow tree, as the bar has.
  const panel = element("handbook-terminal"), section = element("section"), header = element("header"), title = element("h2"), told = element("span", "", "told"), hint = element("span", "", "hint"), shut = element("button");
  const view = element("div", "", "view"), above = element("div", "", "above"), grid = element("div", "", "grid"), cursor = element("div", "", "cursor"), input = element("textarea");
  panel.hidden = true;
  told.setAttribute("role", "status");
  shut.type = "button";
  for (const [name, value] of Object.entries({ autocapitalize: "off", autocomplete: "off", autocorrect: "off", spellcheck: "false", rows: "1" })) input.setAttribute(name, value);
  cursor.setAttribute("aria-hidden", "true");
  grid.append(cursor, input);
  view.append(above, grid);
  header.append(title, told, hint, shut);
  section.append(header, view);
  const tree = panel.attachShadow({ mode: "open" });
  tree.adoptedStyleSheets = [look];
  tree.append(section);

  // The page can be scrolled to its end while the panel is there.
  const room = new CSSStyleSheet();
  document.adoptedStyleSheets.push(room);

  let session = null; // of the terminal that is shown
  let opener = null;

  const span = ([characters, colour, back, attributes = 0, columns = 1]) => {
    const e = element("span");
    if (/^[ -~]*$/.test(characters)) {
      e.textContent = characters;
    } else { // other fonts may have other widths
      for (const { segment } of new Intl.Segmenter().segment(characters)) {
        e.append(/^[ -~]$/.test(segment) ? segment : element("i", segment, columns === 2 ? "two" : ""));
      }
    }
    const bright = (n) => (attributes & bold && n < 8 ? n + 8 : n);
    let front = typeof colour === "number" ? letters[bright(colour)] : colour;
    let behind = typeof back === "number" ? grounds[back] : back;
    if (attributes & inverse) {
      [front, behind] = [typeof back === "number" ? grounds[back] : back ?? ground, typeof colour === "number" ? letters[colour] : colour ?? text];
    } else if (front && behind && typeof colour === "number" && (colour === 0 || back === 7 || back === 15)) {
      front = back === 7 || back === 15 ? grounds[colour] : "#ffffff";
    } else if (!front && (back === 7 || back === 15)) {
      front = ground;
    }
    if (front) e.style.color = front;
    if (behind) e.style.background = behind;
    if (attributes & bold) e.style.fontWeight = "700";
    if (attributes & dim) e.style.opacity = ".7";
    if (attributes & italic) e.style.fontStyle = "italic";
    if (attributes & (underline | struck)) e.style.textDecoration = `${attributes & underline ? "underline " : ""}${attributes & struck ? "line-through" : ""}`;
    if (attributes & concealed) e.style.visibility = "hidden";
    return e;
  };

  const mostAbove = 1000;
  const draw = (frame) => {
    const follows = view.scrollHeight - view.scrollTop - view.clientHeight < 30;
    session.appKeys = frame.appKeys;
    session.paste = frame.paste;
    const { rows } = session;
    grid.style.setProperty("--columns", frame.columns);
    above.style.setProperty("--columns", frame.columns);
    while (rows.length < frame.height) {
      rows.push(element("div", "", "row"));
      cursor.before(rows.at(-1));
    }
    while (rows.length > frame.height) rows.pop().remove();
    for (const [y, spans] of Object.entries(frame.rows ?? {})) rows[y]?.replaceChildren(...spans.map(span));
    if (frame.forget) above.replaceChildren();
    if (frame.missing) above.append(element("div", "…", "missing"));
    for (const spans of frame.above ?? []) {
      const line = element("div");
      line.append(...spans.map(span));
      above.append(line);
    }
    for (let more = above.childElementCount - mostAbove; more > 0; more--) above.firstChild.remove();
    view.classList.toggle("whole", Boolean(frame.alternate));
    cursor.hidden = Boolean(frame.hidden);
    for (const e of [cursor, input]) {
      e.style.left = `${frame.x}ch`;
      e.style.top = `${frame.y * 18}px`;
    }
    if (follows) view.scrollTop = view.scrollHeight;
  };

  // The size that the panel has room for.
  const size = () => {
    const probe = element("span", "0".repeat(100));
    probe.style.cssText = "position:absolute;visibility:hidden;white-space:pre";
    view.append(probe);
    const width = probe.getBoundingClientRect().width / 100;
    probe.remove();
    const { paddingLeft, paddingRight } = getComputedStyle(view);
    const columns = Math.floor((view.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)) / width);
    return { columns: Math.min(Math.max(columns, 80), 120), rows: Math.min(Math.max(Math.floor(innerHeight * .4 / 18), 8), 40) };
  };
  const fit = () => {
    if (!session) return;
    const { columns, rows } = size();
    view.style.height = `${rows * 18}px`;
    room.replaceSync(`html { scroll-padding-bottom: calc(${rows * 18}px + 7rem); } html > body { padding-bottom: calc(${rows * 18}px + 7rem); }`);
    if (session.columns === columns && session.height === rows) return;
    [session.columns, session.height] = [columns, rows];
    if (session.id) ask({ do: "resize", what: [session.id, String(columns), String(rows)] });
  };
  let soon = 0;
  new ResizeObserver(() => { clearTimeout(soon); soon = setTimeout(fit, 100); }).observe(section);
  addEventListener("resize", () => { clearTimeout(soon); soon = setTimeout(fit, 100); });

  const tell = (words, wrong = false) => {
    told.textContent = words;
    told.classList.toggle("wrong", wrong);
  };

  const close = () => {
    if (!session) return;
    session.end.abort();
    session = null;
    panel.hidden = true;
    room.replaceSync("");
    opener?.focus();
    opener = null;
  };

  const heard = (frame) => {
    if (frame.id) {
      session.id = frame.id;
    } else if (frame.progress) {
      const { done, all, note, failed } = frame.progress;
      if (failed) session.failed = failed;
      tell([say("lab-runs", { done, all }), note].filter(Boolean).join(" · "));
    } else if (frame.open) {
      if (!session.open) {
        session.open = true;
        tell(session.failed ?? "", Boolean(session.failed));
        input.disabled = false;
        if (session.focus) input.focus();
      }
      draw(frame);
    } else if (frame.over) {
      if (!frame.error) return close();
      session.over = true;
      input.disabled = true;
      tell(frame.error, true);
    }
  };

  // open opens a terminal before a snippet, or where the preview thinks best.
  const open = async (id, from) => {
    close();
    opener = from;
    panel.hidden = false;
    section.setAttribute("aria-label", title.textContent = say("lab-terminal"));
    shut.textContent = say("lab-terminal-close");
    hint.textContent = say("lab-terminal-leave");
    input.setAttribute("aria-label", say("lab-terminal-keys"));
    tell(say("lab-starts"));
    above.replaceChildren();
    grid.replaceChildren(cursor, input);
    cursor.hidden = true;
    input.value = "";
    input.disabled = true;
    const mine = session = { end: new AbortController(), rows: [], typed: "", focus: true };
    fit();
    if (id) document.getElementById(id)?.scrollIntoView({ block: "nearest" });
    shut.focus({ preventScroll: true });
    try {
      const answer = await handbookFetch(new URL("terminal", own.src), {
        method: "POST", signal: mine.end.signal, headers: { "Content-Type": "application/json", "Handbook-Token": own.dataset.token },
        body: JSON.stringify({ page, id, columns: mine.columns, rows: mine.height }),
      });
      if (!answer.ok) throw new Error(await answer.text());
      let rest = "";
      for (const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();;) {
        const { done, value } = await reader.read();
        if (session !== mine || done) break;
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        for (const line of lines) if (session === mine) heard(JSON.parse(line));
      }
      if (session === mine && !mine.over) heard({ over: true, error: say("lab-terminal-lost") });
    } catch (error) {
      if (session === mine) heard({ over: true, error: error instanceof TypeError ? say("lab-terminal-lost") : error.message });
    }
  };

  // What is typed is sent in its order.
  const mostSent = 4000;
  const type = async (characters) => {
    if (!session?.open || session.over) return;
    const mine = session;
    mine.typed += characters;
    view.scrollTop = view.scrollHeight;
    if (mine.sending) return;
    mine.sending = true;
    while (mine.typed && session === mine) {
      let n = Math.min(mine.typed.length, mostSent);
      if (n < mine.typed.length && /[\ud800-\udbff]/.test(mine.typed[n - 1])) n--;
      const now = mine.typed.slice(0, n);
      mine.typed = mine.typed.slice(n);
      await ask({ do: "type", what: [mine.id, now] });
    }
    mine.sending = false;
  };

  const ends = { ArrowUp: "A", ArrowDown: "B", ArrowRight: "C", ArrowLeft: "D", Home: "H", End: "F" };
  const numbered = { Insert: 2, Delete: 3, PageUp: 5, PageDown: 6, F7: 18, F8: 19, F9: 20, F10: 21 };
  const functions = { F1: "P", F2: "Q", F3: "R", F4: "S" };
  const plain = { Enter: "\r", Backspace: "\x7f", Tab: "\t", Escape: "\x1b" };
  const controls = { "@": 0, " ": 0, "[": 27, "\\": 28, "]": 29, "^": 30, "_": 31, "/": 31, "?": 127 };

  // What a terminal sends for a key; undefined if the browser has it.
  const sequence = (event) => {
    const { key, ctrlKey, altKey, shiftKey, metaKey } = event;
    if (metaKey || event.getModifierState("AltGraph")) return;
    const modifier = 1 + (shiftKey ? 1 : 0) + (altKey ? 2 : 0) + (ctrlKey ? 4 : 0);
    if (key in ends) return modifier > 1 ? `\x1b[1;${modifier}${ends[key]}` : `\x1b${session.appKeys ? "O" : "["}${ends[key]}`;
    if (key in numbered) return modifier > 1 ? `\x1b[${numbered[key]};${modifier}~` : `\x1b[${numbered[key]}~`;
    if (key in functions) return modifier > 1 ? `\x1b[1;${modifier}${functions[key]}` : `\x1bO${functions[key]}`;
    if (key === "Tab" && shiftKey) return ctrlKey || altKey ? undefined : "\x1b[Z";
    if (key in plain) return ctrlKey && key === "Tab" ? undefined : (altKey ? "\x1b" : "") + (ctrlKey && key === "Backspace" ? "\b" : plain[key]);
    if (key.length !== 1) return;
    if (ctrlKey && key.toLowerCase() === "v") return; // pastes
    if (ctrlKey && shiftKey && /[a-z]/i.test(key)) return; // the browser's own
    if (ctrlKey) {
      const code = /^[a-z]$/i.test(key) ? key.toUpperCase().charCodeAt(0) - 64 : controls[key];
      return code === undefined ? undefined : (altKey ? "\x1b" : "") + String.fromCharCode(code);
    }
    if (altKey && /^[ -~]$/.test(key)) return "\x1b" + key;
  };

  let handled = false; // the key that is held down, which can't type a line break, too
  input.addEventListener("keyup", () => { handled = false; });
  input.addEventListener("keydown", (event) => {
    handled = false;
    if (event.isComposing || !session) return;
    if (event.key === "F6") {
      event.preventDefault();
      shut.focus();
      return;
    }
    if (event.shiftKey && !event.ctrlKey && !event.altKey && (event.key === "PageUp" || event.key === "PageDown")) {
      event.preventDefault();
      view.scrollBy({ top: (event.key === "PageUp" ? -1 : 1) * view.clientHeight * .9, behavior: "instant" });
      return;
    }
    const sent = sequence(event);
    event.stopPropagation(); // pages have keys of their own
    if (sent === undefined) return;
    event.preventDefault();
    handled = true;
    type(sent);
  });
  const flush = (event) => {
    if (!handled || event.inputType !== "insertLineBreak") type(input.value.replaceAll("\n", "\r"));
    input.value = "";
  };
  input.addEventListener("input", (event) => { if (!event.isComposing) flush(event); });
  input.addEventListener("compositionend", flush);
  input.addEventListener("paste", (event) => {
    event.preventDefault();
    // Nothing that is pasted is a key but Enter and Tab.
    const pasted = event.clipboardData.getData("text").replace(/\r?\n/g, "\r").replace(/[\x00-\x08\x0a-\x0c\x0e-\x1f\x7f-\x9f]/g, "");
    type(session?.paste ? `\x1b[200~${pasted}\x1b[201~` : pasted);
  });
  // A click that selects nothing leads to the keys.
  view.addEventListener("mouseup", () => {
    const selection = tree.getSelection?.() ?? getSelection();
    if (selection.isCollapsed) input.focus({ preventScroll: true });
  });
  shut.addEventListener("click", close);
  addEventListener("pagehide", close);

  return { panel, open };
};

