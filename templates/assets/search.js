// The search: loaded when it is first used, like the text that it looks
// through, and working without any server.
"use strict";

{
  const dialog = document.getElementById("hb-search");
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[role=status]");
  const LIMIT = 30;
  let pages = [], passages = [], words = null, hits = [], active = -1, missing = 0, again, shown;

  // Called by the file that holds the pages and headings, and the texts if they
  // are few. If not, parts of them follow.
  window.hbSearch = (pageRows, passageRows, parts) => {
    pages = pageRows.map(([url, title]) => ({ url, title, lower: title.toLowerCase() }));
    passages = passageRows.map(([page, id, heading, text = ""]) => ({
      page: pages[page], id, heading, text,
      lowerHeading: heading.toLowerCase(), lower: text.toLowerCase(),
    }));
    words = null; // somebody may have typed before there were any
    missing = parts;
    run();
    for (let i = 1; i <= parts; i++) fetchScript(dialog.dataset.index.replace(/\.js$/, `-${i}.js`));
  };

  window.hbSearchText = (first, texts) => {
    texts.forEach((text, i) => Object.assign(passages[first + i], { text, lower: text.toLowerCase() }));
    words = null;
    missing--;
    clearTimeout(again);
    again = setTimeout(run, missing ? 150 : 0);
  };

  function fetchScript(src) {
    const script = document.createElement("script");
    script.src = src;
    script.onerror = () => { status.textContent = "The text to search in could not be loaded."; };
    document.head.append(script);
  }

  const isWord = (c) => c !== undefined && /[\p{L}\p{N}_]/u.test(c);

  // How well a term fits into a text: whole words before beginnings of words,
  // those before parts.
  function fit(text, term) {
    let best = 0;
    for (let at = text.indexOf(term), n = 0; at >= 0 && n < 20; at = text.indexOf(term, at + 1), n++) {
      const starts = !isWord(text[at - 1]) || !isWord(term[0]);
      const ends = !isWord(text[at + term.length]);
      best = Math.max(best, starts && ends ? 3 : starts ? 2 : 0.5);
      if (best === 3) break;
    }
    return best;
  }

  function score(passage, terms) {
    let sum = 0;
    for (const alternatives of terms) {
      let best = 0;
      for (const { term, weight } of alternatives) {
        // A page's title speaks for its top rather than for each of its headings.
        const title = fit(passage.page.lower, term) * (passage.id === "" ? 12 : 1.5);
        best = Math.max(best, weight * (title + fit(passage.lowerHeading, term) * 8 + fit(passage.lower, term)));
      }
      if (best === 0) return 0;
      sum += best;
    }
    return sum;
  }

  // The optimal string alignment distance, or limit + 1 if it is larger.
  function distance(a, b, limit) {
    if (Math.abs(a.length - b.length) > limit) return limit + 1;
    let before = [], row = [...Array(b.length + 1).keys()];
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) {
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
      }
      before = row;
      row = next;
    }
    return row[b.length];
  }

  // A term that stands nowhere is taken for a misspelt one.
  function alternatives(term) {
    const exact = [{ term, weight: 1 }];
    if (passages.some((p) => p.lower.includes(term) || p.lowerHeading.includes(term) || p.page.lower.includes(term))) return exact;
    const limit = term.length >= 8 ? 2 : term.length >= 4 ? 1 : 0;
    if (limit === 0) return exact;
    words ??= new Set(passages.flatMap((p) => `${p.page.lower} ${p.lowerHeading} ${p.lower}`.split(/[^\p{L}\p{N}_-]+/u)));
    const near = [...words].map((word) => ({ term: word, weight: 1 / (1 + distance(term, word, limit)) }))
      .filter(({ weight }) => weight >= 1 / (1 + limit));
    return near.length ? near : exact;
  }

  function find(query) {
    const typed = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (!typed.length) return { found: [], marks: [] };
    const terms = typed.map(alternatives);
    const found = passages.map((passage) => ({ passage, score: score(passage, terms) }))
      .filter((hit) => hit.score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, LIMIT);
    return { found, marks: terms.flat().map(({ term }) => term) };
  }

  // Writes text with the marks in it marked. Nothing of it is read as HTML.
  function marked(parent, text, marks) {
    const lower = text.toLowerCase();
    let at = 0;
    while (at < text.length) {
      let next = text.length, length = 0;
      for (const mark of marks) {
        const found = lower.indexOf(mark, at);
        if (found >= 0 && (found < next || found === next && mark.length > length)) [next, length] = [found, mark.length];
      }
      parent.append(text.slice(at, next));
      if (length) {
        const element = document.createElement("mark");
        element.textContent = text.slice(next, next + length);
        parent.append(element);
      }
      at = next + length;
    }
  }

  function excerpt(text, lower, marks) {
    const places = marks.map((mark) => lower.indexOf(mark)).filter((at) => at >= 0);
    const first = places.length ? Math.min(...places) : 0;
    let start = Math.max(0, first - 50);
    if (start > 0) start = text.indexOf(" ", start) + 1 || start;
    const whole = start + 160 >= text.length;
    const end = whole ? text.length : Math.max(text.lastIndexOf(" ", start + 160), first + 40);
    return (start > 0 ? "… " : "") + text.slice(start, end) + (whole ? "" : " …");
  }

  // What the reader has moved to stays chosen while more is found.
  function show({ found, marks }, keep) {
    const kept = keep && active > 0 ? hits[active].href : "";
    list.replaceChildren();
    hits = found.map(({ passage }, i) => {
      const link = document.createElement("a");
      link.id = `hb-hit-${i}`;
      link.setAttribute("role", "option");
      link.href = document.body.dataset.root + passage.page.url + (passage.id ? "#" + encodeURIComponent(passage.id) : "");
      if (location.protocol.startsWith("http")) link.href = link.href.replace(/index\.html(?=$|#)/, "");
      link.tabIndex = -1;
      const title = document.createElement("strong");
      marked(title, passage.page.title + (passage.heading ? " › " + passage.heading : ""), marks);
      const text = document.createElement("span");
      marked(text, excerpt(passage.text, passage.lower, marks), marks);
      link.append(title, text);
      link.addEventListener("pointermove", () => choose(i, false));
      list.append(link);
      return link;
    });
    input.setAttribute("aria-expanded", String(hits.length > 0));
    const at = hits.findIndex((hit) => hit.href === kept);
    choose(at > 0 ? at : hits.length ? 0 : -1, true);
  }

  function choose(i, scroll) {
    hits[active]?.setAttribute("aria-selected", "false");
    active = i;
    const hit = hits[active];
    if (!hit) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    hit.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", hit.id);
    if (scroll) hit.scrollIntoView({ block: "nearest" });
  }

  function run() {
    const query = input.value.trim();
    const result = find(query);
    show(result, query === shown);
    shown = query;
    if (passages.length && !missing) dialog.dataset.shown = query; // nothing more will come
    if (!query) status.textContent = "";
    else if (!passages.length || missing && !result.found.length) status.textContent = "Loading …";
    else if (!result.found.length) status.textContent = `Nothing found for “${query}”.`;
    else status.textContent = result.found.length === LIMIT ? `The best ${LIMIT} hits` : result.found.length === 1 ? "1 hit" : `${result.found.length} hits`;
  }

  input.addEventListener("input", run);
  input.addEventListener("keydown", (event) => {
    const last = hits.length - 1;
    const moves = { ArrowDown: active >= last ? 0 : active + 1, ArrowUp: active <= 0 ? last : active - 1 };
    if (event.key in moves) {
      event.preventDefault();
      if (hits.length) choose(moves[event.key], true);
    } else if (event.key === "Enter" && hits[active]) {
      event.preventDefault();
      hits[active].click();
    } else if (event.key === "Escape") {
      event.preventDefault(); // which would only empty the field
      dialog.close();
    }
  });
  // A hit on the page itself changes nothing but the place.
  list.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

  fetchScript(dialog.dataset.index);
}
