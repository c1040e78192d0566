// Shows a lab's run on its page: a bar with buttons, how far each snippet is, what
// commands print while they print it, and what has failed where it has.
(() => {
  const own = document.currentScript;
  const { page } = document.querySelector("script#handbook-preview").dataset;

  // As in the theme's script.
  const strings = /* strings */ {};
  const { lang } = document.documentElement;
  const plural = new Intl.PluralRules(lang), digits = new Intl.NumberFormat(lang, { numberingSystem: "latn" });
  function say(key, values = {}) {
    const forms = strings[key];
    const text = forms.other === undefined ? forms : forms[plural.select(values.n)] ?? forms.other;
    return text.replace(/\{(\w+)\}/g, (all, name) => typeof values[name] === "number" ? digits.format(values[name]) : values[name] ?? all);
  }

  const element = (name, text, className) => {
    const e = document.createElement(name);
    if (text) e.textContent = text;
    if (className) e.className = className;
    return e;
  };

  // Style sheets made by script need no leave of the Content-Security-Policy. This
  // one is for what stands within the page.
  const sheet = new CSSStyleSheet(), colours = new CSSStyleSheet();
  sheet.replaceSync(`
    html { scroll-padding-bottom: 3.5rem; } /* what is scrolled to stands above the bar */
    body { padding-bottom: 3rem; }
    figure[data-hb-state] { position: relative; }
    figure[data-hb-state]::before { content: ""; position: absolute; z-index: 2; inset-block: 0; inset-inline-start: 0; width: 4px; background: var(--hb-state, transparent); }
    [data-hb-state=waiting], [data-hb-state=not-run] { --hb-state: #8a939e; }
    [data-hb-state=running] { --hb-state: #4a90e2; }
    [data-hb-state=passed] { --hb-state: #3a9a57; }
    [data-hb-state=failed] { --hb-state: #d9534a; }
    [data-hb-state=skipped], [data-hb-state=changed] { --hb-state: #c08a2d; }
    figure[data-hb-state=running]::before { animation: hb-runs 1.2s ease-in-out infinite alternate; }
    @keyframes hb-runs { to { opacity: .35; } }
    @media (prefers-reduced-motion: reduce) { figure[data-hb-state=running]::before { animation: none; } }
    .hb-state { position: absolute; z-index: 2; inset-inline-end: 0; bottom: 0; max-width: 75%; padding: .05rem .6rem; border-start-start-radius: 8px;
      background: var(--raised, #1d2229); color: var(--text, #d5d9de); font: 500 .75rem/1.6 var(--sans, sans-serif); font-variant-numeric: tabular-nums; text-align: end; pointer-events: none; }
    .hb-state.beside { inset-inline-end: 4.6rem; border-start-end-radius: 8px; } /* beside the button in a figure of one line */
    .hb-state.failed { background: #d9534a; color: #fff; }
    .term .hb-state:not(.failed), .screen ~ .hb-state:not(.failed) { background: #2a313a; color: #d0d7de; }
    .run.hb-runs > :is(.out, .more, .after, .took):not(.hb-out) { display: none; }
    .hb-out { max-height: 24rem; overflow: auto; overscroll-behavior: auto; }
    figure > .hb-terminal { inset: .4rem 4.6rem auto auto; z-index: 3; min-height: 1.6rem; padding: .2rem .6rem; border: 1px solid #8a939e; border-radius: 6px; background: #161b22; color: #d0d7de; font: 600 .79rem/1.4 var(--mono, monospace); cursor: pointer; opacity: 0; }
    figure:not(:has(.copy)) > .hb-terminal { inset-inline-end: .4rem; }
    figure:hover > .hb-terminal, .hb-terminal:focus-visible { opacity: 1; }
    .hb-terminal:hover { border-color: #fff; }
    [dir="rtl"] figure > .hb-terminal { inset: .4rem auto auto 4.6rem; }
    .hb-above { display: block; font-size: .75rem; font-style: italic; opacity: .75; }
    .hb-failure { margin: .5rem 0 .2rem; padding: .5rem .75rem .6rem; border-inline-start: 4px solid #d9534a; border-radius: 0 6px 6px 0; background: #3a1d1d; color: #ffe1de; font: .84rem/1.5 var(--sans, sans-serif); }
    .hb-failure p { margin: 0; overflow-wrap: anywhere; }
    .hb-failure p + p { font-size: .75rem; opacity: .8; }
    .hb-failure pre { margin: .4rem 0 0; padding: .4rem .6rem; max-height: 24rem; overflow: auto; border-radius: 4px; background: #1b1115; color: #e6d6d6; font: .8125rem/1.5 var(--mono, monospace); direction: ltr; text-align: left; }
    .hb-failure del, .hb-failure ins { display: block; text-decoration: none; }
    .hb-failure del { background: #55211f; color: #ffc9c4; }
    .hb-failure ins { background: #173a22; color: #b9efc8; }
    .hb-offer { margin-top: .6rem; }
    .hb-offer p { font-size: .79rem; }
    .hb-offer button { margin-top: .45rem; min-height: 1.9rem; padding: .15rem .8rem; border: 1px solid #b9847f; border-radius: 6px; background: #1b1115; color: #ffe1de; font: 600 .84rem/1.4 var(--sans, sans-serif); cursor: pointer; }
    .hb-offer button:hover { border-color: #ffe1de; }
    figure.code > .hb-failure, figure.report > .hb-failure { margin: 0; border-radius: 0; }
    @media print { .hb-state, .hb-failure, .hb-terminal { display: none; } }`);
  document.adoptedStyleSheets.push(sheet, colours);

  // The bar at the bottom has a shadow tree, so that neither changes the other's
  // looks. It is no part of the page's body, which is exchanged.
  const bar = document.createElement("handbook-lab");
  const tree = bar.attachShadow({ mode: "open" });
  const look = new CSSStyleSheet();
  look.replaceSync(`
    :host { all: initial; }
    div { position: fixed; z-index: 2147483646; inset: auto 0 0 0; }
    section { box-sizing: border-box; display: flex; align-items: center; gap: .4rem .9rem; min-height: 2.75rem;
      padding: .3rem 1rem; background: light-dark(#ffffff, #1d2229); color: light-dark(#24282e, #d5d9de); border-top: 1px solid light-dark(#c4c4ba, #454d59);
      font: 14px/1.4 system-ui, sans-serif; }
    .dot { flex: none; width: .7em; height: .7em; border-radius: 50%; background: #8a939e; }
    .running .dot, .starting .dot { background: #4a90e2; } .passed .dot { background: #3a9a57; } .changed .dot { background: #c08a2d; } .failed .dot, .broken .dot { background: #d9534a; border-radius: 2px; }
    .text { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-variant-numeric: tabular-nums; }
    b { font-weight: 600; }
    button.said { min-height: 0; padding: 0; border: 0; background: none; }
    button.said:disabled { cursor: default; }
    .note { color: light-dark(#5b636d, #9aa4b0); }
    .older { color: light-dark(#855200, #e0b15a); }
    .buttons { flex: none; display: flex; gap: .5rem; }
    button { min-height: 2rem; padding: .2rem .9rem; border: 1px solid light-dark(#c4c4ba, #454d59); border-radius: 6px; background: light-dark(#f5f5f0, #111418); color: inherit; font: inherit; font-weight: 600; cursor: pointer; }
    button:hover { border-color: light-dark(#5b636d, #9aa4b0); }
    button:focus-visible { outline: 2px solid light-dark(#1b5aa5, #8bbcf5); outline-offset: 2px; }
    ul { max-height: 40vh; overflow: auto; box-sizing: border-box; margin: 0; padding: .6rem 1rem; list-style: none; background: #3a1d1d; color: #ffe1de; border-top: 3px solid #d9534a; font: 14px/1.4 system-ui, sans-serif; }
    ul[hidden] { display: none; }
    li { overflow-wrap: anywhere; } li + li { margin-top: .5rem; }
    pre { margin: .2rem 0 0; white-space: pre-wrap; font: 13px/1.5 ui-monospace, monospace; }
    @media (width < 36rem) { section { flex-wrap: wrap; } .text { white-space: normal; flex-basis: 60%; } }
    @media print { div { display: none; } }`);
  const section = element("section"), dot = element("span", "", "dot"), text = element("span", "", "text"), list = element("ul");
  const said = element("button", "", "said"), clock = element("span"), note = element("span", "", "note"), older = element("span", "", "older");
  const left = element("span", "", "note"), ahead = element("span", "", "note ahead");
  const buttons = element("span", "", "buttons"), run = element("button"), stop = element("button");
  const acceptAll = element("button"), undo = element("button"), enter = element("button");
  section.setAttribute("role", "region");
  const status = element("b");
  status.setAttribute("role", "status");
  said.append(status);
  clock.setAttribute("aria-hidden", "true");
  text.append(said, " ", clock, " ", left, " ", older, " ", note, " ", ahead);
  buttons.append(undo, acceptAll, enter, stop, run);
  section.append(dot, text, buttons);
  const both = element("div");
  tree.adoptedStyleSheets = [look];
  tree.append(both);

  // What is known of the run, and when it was heard.
  let state = null;
  let snippets = new Map();
  const goesOn = () => state && ["waiting", "starting", "running"].includes(state.state);

  // Why the last thing that was asked for was not done. It is said until something else is
  // asked for or a run begins.
  let refused = "";
  const showNote = () => { note.textContent = refused || (state?.note ?? ""); };
  const ask = async (what) => {
    refused = "";
    try {
      const answer = await handbookFetch(new URL("act", own.src), {
        method: "POST", body: JSON.stringify({ page, ...what }),
        headers: { "Content-Type": "application/json", "Handbook-Token": own.dataset.token },
      });
      if (!answer.ok) throw new Error(await answer.text());
      return await answer.json();
    } catch (error) {
      refused = error.message;
      showNote();
    }
  };
  const terminal = handbookTerminal({ own, page, say, element, ask });
  both.append(list, terminal.panel, section);
  enter.addEventListener("click", () => terminal.open("", enter));
  run.addEventListener("click", () => ask({ do: "run" }));
  stop.addEventListener("click", () => ask({ do: "stop" }));
  acceptAll.addEventListener("click", () => ask({ do: "accept", what: state.offers }));
  undo.addEventListener("click", () => ask({ do: "undo" }));

  // A click on a snippet opens it in the editor, unless it does something else.
  if ("edits" in own.dataset) {
    document.addEventListener("click", (event) => {
      const figure = event.target.closest?.("figure[id^=hb-s]");
      if (!figure || event.target.closest("a, button, summary, input, label, select, textarea") || !getSelection().isCollapsed) return;
      ask({ do: "edit", what: [figure.id] });
    });
  }

  const inSeconds = new Intl.NumberFormat(lang, { numberingSystem: "latn", style: "unit", unit: "second", unitDisplay: "narrow", maximumFractionDigits: 1 });
  // The state leads to the first failure.
  const failure = () => document.querySelector(".hb-failure");
  said.addEventListener("click", () => failure()?.scrollIntoView({ block: "center" }));

  const seconds = (s) => inSeconds.format(s < 10 ? s : Math.round(s));
  const since = (known) => known.seconds + (performance.now() - known.heard) / 1000;

  const texts = () => ({
    waiting: say("lab-waits"), starting: say("lab-starts"), running: say("lab-runs", { done: state.done, all: state.all }), passed: say("lab-passed"),
    failed: say("lab-failed"), stopped: say("lab-stopped"), broken: say("lab-broken"), changed: say("lab-changed"),
  });

  const showBar = () => {
    if (!state) { bar.remove(); return; }
    if (!bar.isConnected) document.documentElement.append(bar);
    bar.style.colorScheme = getComputedStyle(document.documentElement).colorScheme;
    section.className = state.number ? state.state : "";
    section.setAttribute("aria-label", say("lab-bar"));
    run.textContent = say("lab-run");
    enter.textContent = say("lab-terminal");
    stop.textContent = say("lab-stop");
    const now = state.number ? texts()[state.state] : state.fresh ? say("lab-fresh") : say("lab-not-fresh");
    if (status.textContent !== now) status.textContent = now; // it is said when it changes
    older.textContent = state.older ? say("lab-older") : "";
    showNote();
    undo.textContent = say("lab-undo");
    undo.hidden = !state.undo;
    acceptAll.textContent = state.state === "changed" ? say("lab-accept-record") : say("lab-accept-all", { n: state.offers?.length ?? 0 });
    acceptAll.hidden = !state.offers?.length;
    stop.hidden = !goesOn();
    run.hidden = goesOn() && !state.older;
    list.hidden = !state.problems?.length;
    list.replaceChildren(...(state.problems ?? []).map((p) => {
      const item = element("li", [p.place, p.text].filter(Boolean).join(": "));
      if (p.details) item.append(element("pre", p.details.join("\n")));
      return item;
    }));
  };

  const stateText = (s) => {
    switch (s.state) {
      case "waiting": return say("lab-snippet-waits");
      case "running": return say("lab-snippet-runs", { time: seconds(Math.floor(since(s.commands?.find((c) => c.state === "running") ?? s))) });
      case "passed": return say("lab-snippet-passed");
      case "failed": return say("lab-snippet-failed");
      case "changed": return say("lab-snippet-changed");
      case "skipped": return say("lab-snippet-skipped", { reason: s.why });
      default: return say("lab-snippet-not-run");
    }
  };

  const runOf = (figure, i) => figure.querySelectorAll(".screen > .run")[i];

  // The place of an output keeps the height that it has, until it needs more.
  const showOutput = (at, command) => {
    let out = at.querySelector(":scope > .hb-out");
    if (!command.shown) {
      out?.remove();
      at.classList.remove("hb-runs");
      return;
    }
    if (!out) {
      const typed = at.querySelector(":scope > .cmd");
      const height = typed ? at.getBoundingClientRect().bottom - typed.getBoundingClientRect().bottom : 0;
      out = element("pre", "", "out hb-out");
      out.style.minHeight = `${Math.max(0, height - 4)}px`;
      out.style.maxHeight = `max(24rem, ${height}px)`;
      at.classList.add("hb-runs");
      at.append(out);
      out.follows = true;
      out.addEventListener("scroll", () => { out.follows = out.scrollHeight - out.scrollTop - out.clientHeight < 30; });
    }
    const html = command.lines.join("\n");
    if (out.shows !== html || out.above !== command.above) {
      out.shows = html;
      out.above = command.above;
      out.innerHTML = html; // of the preview's own making, escaped
      if (command.above) out.prepend(element("span", say("lab-above", { n: command.above }), "hb-above"));
      if (out.follows) out.scrollTop = out.scrollHeight;
    }
  };

  const diff = (lines) => {
    const pre = element("pre");
    for (const line of lines) {
      const kind = line.startsWith("-") ? "del" : line.startsWith("+") ? "ins" : "span";
      pre.append(element(kind, kind === "span" ? line + "\n" : line));
    }
    return pre;
  };

  // What the page's source would say, and the button that has it say so.
  const offerOf = (p) => {
    const box = element("div", "", "hb-offer");
    box.append(element("p", say("lab-source")), diff([...(p.old ?? []).map((line) => "- " + line), ...(p.new ?? []).map((line) => "+ " + line)]));
    if (p.accepted) {
      box.append(element("p", say("lab-accepted")));
    } else {
      const button = element("button", say("lab-accept"));
      button.type = "button";
      button.addEventListener("click", () => ask({ do: "accept", what: [p.key] }));
      box.append(button);
    }
    return box;
  };

  // The output itself need not be said again.
  const failureOf = (p, printed) => {
    const box = element("div", "", "hb-failure");
    box.append(element("p", p.text), element("p", p.place));
    if (p.details?.length && p.diff) {
      box.append(diff(p.details));
    } else if (p.details?.length && !printed) {
      box.append(element("pre", p.details.join("\n")));
    }
    if (p.key) box.append(offerOf(p));
    return box;
  };

  // A failure in a fold, or in a tab that is not chosen, is seen, too.
  const reveal = (figure) => {
    for (let fold = figure.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const panel = figure.closest(".panel");
    const tab = panel && panel.closest(".tabs").querySelectorAll(":scope > input")[[...panel.parentElement.children].indexOf(panel)];
    if (tab) tab.checked = true;
  };

  const clean = (figure) => {
    delete figure.dataset.hbState;
    delete figure.told;
    for (const e of figure.querySelectorAll(".hb-state, .hb-out, .hb-failure")) e.remove();
    for (const e of figure.querySelectorAll(".hb-runs")) e.classList.remove("hb-runs");
  };

  const showSnippet = (id, s) => {
    const figure = document.getElementById(id);
    if (!figure) return;
    figure.dataset.hbState = s.state;
    let pill = figure.querySelector(":scope > .hb-state");
    if (!pill) figure.append(pill = element("span", "", "hb-state"));
    pill.className = `hb-state ${s.state}`;
    pill.textContent = stateText(s);
    pill.classList.toggle("beside", figure.offsetHeight < 64 && Boolean(figure.querySelector(":scope > .copy")));
    s.commands?.forEach((c, i) => {
      const at = runOf(figure, i);
      if (at) showOutput(at, c);
    });
    const told = JSON.stringify(s.problems ?? []);
    if (figure.told !== told) {
      figure.told = told;
      for (const e of figure.querySelectorAll(".hb-failure")) e.remove();
      if (s.problems?.length) reveal(figure);
      for (const p of s.problems ?? []) {
        const at = runOf(figure, p.index) ?? figure.querySelector(":scope > .screen") ?? figure;
        at.append(failureOf(p, s.commands?.[p.index]?.lines.length > 0));
      }
    }
  };

  // Each snippet has a button that is seen when somebody is there.
  const showTerminals = () => {
    for (const figure of document.querySelectorAll("main figure[id^=hb-s]")) {
      if (!state || figure.querySelector(":scope > .hb-terminal")) continue;
      const button = element("button", ">_", "hb-terminal");
      button.type = "button";
      button.setAttribute("aria-label", button.title = say("lab-terminal-here"));
      button.addEventListener("click", () => terminal.open(figure.id, button));
      figure.append(button);
    }
  };

  // What is shown goes when a run has passed: the page has its results then.
  const showAll = () => {
    const shown = state?.number && state.state !== "passed" ? snippets : new Map();
    for (const figure of document.querySelectorAll("figure[data-hb-state]")) {
      if (!shown.has(figure.id)) clean(figure);
    }
    for (const [id, s] of shown) showSnippet(id, s);
  };

  // What the reader looks at stays where it is.
  const steadily = (change) => {
    const root = document.documentElement;
    const middle = innerHeight / 3;
    const near = scrollY < 8 ? null : [...document.querySelectorAll("main [id]")]
      .map((e) => [e, e.getBoundingClientRect().top]).sort(([, a], [, b]) => Math.abs(a - middle) - Math.abs(b - middle))[0];
    root.style.overflowAnchor = "none";
    change();
    const moved = near ? near[0].getBoundingClientRect().top - near[1] : 0;
    if (moved) scrollBy({ top: moved, behavior: "instant" });
    root.style.overflowAnchor = "";
  };

  const take = (known, news) => {
    const lines = (known?.lines ?? []).slice(news.drop ?? 0).slice(0, news.keep ?? 0).concat(news.lines ?? []);
    return { ...news, lines, heard: performance.now() };
  };

  document.addEventListener("handbook:lab", ({ detail: news }) => {
    if (news.run && news.run.number !== state?.number) refused = "";
    if (news.whole) { state = null; snippets = new Map(); }
    if (news.run) state = { ...news.run, heard: performance.now() };
    if (news.style) colours.replaceSync(news.style);
    for (const [id, s] of Object.entries(news.snippets ?? {})) {
      const known = snippets.get(id);
      const commands = s.commands?.map((c, i) => take(known?.commands?.[i], c));
      snippets.set(id, { ...s, commands, seconds: 0, heard: performance.now() });
    }
    steadily(show);
    tick();
  });
  const show = () => {
    showBar();
    showAll();
    showTerminals();
    said.disabled = !failure();
  };
  document.addEventListener("handbook:exchanged", show);

  // What is left of a time that was told.
  const inTime = (s) => seconds(Math.ceil(Math.max(0, s - (performance.now() - state.heard) / 1000)));
  const aheadText = (a) => {
    if (!a) return "";
    if (a.ready) return a.line ? say("lab-ahead", { line: a.line }) : say("lab-ahead-end");
    return a.left ? say("lab-ahead-in", { time: inTime(a.left) }) : say("lab-ahead-soon");
  };
  const tickAhead = () => {
    const now = [[left, state.left ? say("lab-left", { time: inTime(state.left) }) : ""], [ahead, aheadText(state.ahead)]];
    for (const [at, text] of now) if (at.textContent !== text) at.textContent = text;
  };

  const tick = () => {
    if (!state) return;
    const time = !state.number || state.state === "waiting" ? "" : seconds(goesOn() ? Math.floor(since(state)) : state.seconds);
    if (clock.textContent !== time) clock.textContent = time;
    tickAhead();
    for (const [id, s] of snippets) {
      if (s.state !== "running") continue;
      const pill = document.getElementById(id)?.querySelector(":scope > .hb-state");
      const now = stateText(s);
      if (pill && pill.textContent !== now) pill.textContent = now;
    }
  };
  setInterval(tick, 250);
})();
