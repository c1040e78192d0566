// The search: loaded when it is first used, working without any server. The
// index lies in files that are loaded as a query needs them; package
// render/search says what is in each.
"use strict";

Object.assign(strings, /* strings */ {});
{
  const dialog = document.getElementById("hb-search");
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[role=status]");
  const language = document.documentElement.lang || "en";
  const english = /^en\b/.test(language);
  const BATCH = 8; // pages whose texts are loaded at once
  const LIMIT = 30; // hits shown of them
  const QUIET = 120, LONGER = 400; // ms without a key after which texts are loaded, and if the last word is none yet

  // Loading

  window.hbSearch = (...values) => document.currentScript.done(values);
  window.hbTerms = (text) => termsOf(text).map(({ term }) => term); // for tests: they are those of the index
  const files = new Map();

  // Loads a file of the index. What fails is asked for once more, since networks
  // change while people read. A file that is not there holds nothing.
  function load(name) {
    if (!files.has(name)) {
      files.set(name, new Promise((done) => {
        const ask = (failed) => {
          const script = document.createElement("script");
          script.done = done;
          script.onerror = failed;
          script.src = dialog.dataset.index.replace(/search\.js$/, name);
          document.head.append(script);
        };
        ask(() => setTimeout(ask, 500, () => done([])));
      }));
    }
    return files.get(name);
  }

  let pageCount = 0, shards = new Set();
  const ready = load("search.js").then(([count, prefixes = []]) => {
    if (count === undefined) status.textContent = say("search-failed");
    pageCount = count || 0;
    shards = new Set(prefixes);
  });

  const tables = new Map();
  function table(prefix) {
    if (!tables.has(prefix)) {
      tables.set(prefix, load(`search/t-${prefix}.js`).then(([values = []]) => {
        const terms = new Map();
        for (let i = 0; i < values.length; i += 2) terms.set(values[i], values[i + 1]);
        return terms;
      }));
    }
    return tables.get(prefix);
  }

  const hex = (text) => [...new TextEncoder().encode(text)].map((b) => b.toString(16).padStart(2, "0")).join("");

  // The shard of the longest prefix that a term starts with.
  function shardOf(key) {
    while (key && !shards.has(key)) key = key.slice(0, -1);
    return key;
  }

  // The terms that start like this: of the term's own shard, and of a few that are
  // cut off from it.
  async function startingWith(start) {
    const key = hex(start);
    const more = start.length < 3 ? [] : [...shards].filter((s) => s.length > key.length && s.startsWith(key)).sort((a, b) => a.length - b.length);
    const parts = await Promise.all([shardOf(key), ...more.slice(0, 3)].map(table));
    return parts.flatMap((terms) => [...terms.keys()]).filter((term) => term.startsWith(start));
  }

  const DIGITS = new Map([..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].map((c, i) => [c, i]));

  // The pages of a term, by number, each with the term's level there.
  async function pagesOf(term) {
    const text = (await table(shardOf(hex(term)))).get(term) ?? "";
    const pages = new Map();
    let page = 0, shift = 0;
    for (let i = 0; i < text.length; i++) {
      const digit = DIGITS.get(text[i]);
      page += (digit & 31) << shift;
      shift += 5;
      if (digit < 32) {
        pages.set(page, DIGITS.get(text[++i]));
        shift = 0;
      }
    }
    return pages;
  }

  // Terms: as package render/search cuts texts

  const CHUNK = /[\p{L}\p{N}\p{M}\-._/:@$~%+#*\\^]+/gu;
  const PART = /(?:[\p{L}\p{N}\p{M}]|(?<=[0-9])\.(?=[0-9]))+/gu;
  const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー]+/gu;
  const MAX = 48;

  const ascii = (text) => /^[\0-\x7f]*$/.test(text);
  const fold = (text) => ascii(text) ? text.toLowerCase() :
    text.normalize("NFKD").replace(/[\u0300-\u036f\u064b-\u065f\u0670\u0640]/g, "").toLowerCase().normalize("NFKC");
  const short = (text) => ascii(text) ? text.length <= MAX : new TextEncoder().encode(text).length <= MAX;

  // The terms of a text, each with its place.
  function termsOf(text) {
    const terms = [];
    const part = (chunk, at, inner = 1) => {
      const folded = fold(chunk);
      const same = folded.length === chunk.length; // then places within it are known
      const add = (term, from) => terms.push({ term, inner, from: same ? at + from : at, to: at + (same ? from + term.length : chunk.length) });
      let end = 0;
      for (const run of folded.matchAll(UNSPACED)) {
        if (run.index > end && short(folded.slice(end, run.index))) add(folded.slice(end, run.index), end);
        const signs = [...run[0]];
        let from = run.index;
        signs.forEach((sign, i) => {
          if (i + 1 < signs.length) add(sign + signs[i + 1], from);
          else if (i === 0) add(sign, from);
          from += sign.length;
        });
        end = run.index + run[0].length;
      }
      if (end < folded.length && short(folded.slice(end))) add(folded.slice(end), end);
    };
    for (const { 0: whole, index } of text.matchAll(CHUNK)) {
      const cut = /^[:+#*%\\^_]+/.exec(whole)?.[0].length ?? 0;
      const at = index + cut, chunk = whole.slice(cut).replace(/[-._/:@$~%*\\^]+$/, "");
      const parts = [...chunk.matchAll(PART)];
      if (!parts.length) continue;
      if (!/[-._/:@$~%+#*\\^]/.test(chunk)) { part(chunk, at); continue; }
      if (short(chunk)) terms.push({ term: fold(chunk), inner: 1, from: at, to: at + chunk.length, joined: true });
      if (/^-.$/su.test(chunk)) continue;
      for (const p of parts) if (p[0] !== chunk) part(p[0], at + p.index, 0.6); // which says less than a word of its own
    }
    return terms;
  }

  // Queries

  const STOP = new Set(("a about all am an and any are as at be been but by can could did do does for from get had has have how i if in into is it its " +
    "may me my no not of on one or our should so than that the their them then there these they this those to up us was we what when where which who why will with would you your").split(" "));

  // The words of a query: terms, the parts of those that are joined, the pairs of
  // signs that Chinese and Japanese words are found by.
  function wordsOf(query) {
    const words = [];
    for (const [chunk] of query.matchAll(CHUNK)) {
      if (chunk.match(UNSPACED)) {
        const segments = globalThis.Intl?.Segmenter ? [...new Intl.Segmenter(language, { granularity: "word" }).segment(chunk)].map((s) => s.segment) : [chunk];
        // A word that the browser does not know comes in single signs.
        for (const segment of segments.some((s) => [...s].length > 1) ? segments : [chunk]) {
          const terms = termsOf(segment).map(({ term }) => term);
          if (terms.length) words.push({ text: fold(segment), terms, sign: [...segment].length === 1 });
        }
        continue;
      }
      const [first, ...rest] = termsOf(chunk);
      if (first) words.push({ text: first.term, terms: [first.term], parts: first.joined ? rest.map(({ term }) => term) : [], capital: /^[A-Z]{3,}$/.test(chunk), option: chunk[0] === "-" });
    }
    const telling = words.filter((word, i) => words.findIndex(({ text }) => text === word.text) === i && !word.sign && !(english && STOP.has(word.text)));
    const last = words.at(-1);
    if (last && !/\s$/.test(query)) last.typing = true;
    return telling.length ? telling : words;
  }

  // Words of one stem differ by their endings only.
  function stemOf(word) {
    if (!/^[a-z]{4,}$/.test(word)) return word;
    const stem = word.replace(/(?:ing|ed|es|(?<![sui])s|e)$/, "").replace(/[iy]$/, "").replace(/([bdgmnprt])\1$/, "$1");
    return stem.length > 2 ? stem : word;
  }

  // In Arabic the article and some prepositions are written with the word.
  function arabic(word) {
    if (!/^[\u0620-\u064a]{3,}$/.test(word)) return [];
    const stem = word.replace(/^(?:[وفبك]?ال|لل)(?=..)/, "");
    return ["", "ال", "وال", "بال", "لل"].map((start) => start + stem);
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

  async function misspelt(word) {
    const limit = word.length >= 8 ? 2 : 1;
    const [text = ""] = await load("search/words.js");
    return text.split(" ").map((term) => ({ term, far: distance(word, term, limit) }))
      .filter(({ far }) => far <= limit).sort((a, b) => a.far - b.far).slice(0, 6)
      .map(({ term, far }) => [term, 0.8 / far]);
  }

  // Looks a word up: its pages, each with a level and a weight, and the terms that
  // count for it. Options and words in capitals, as of Dockerfiles, are exact.
  async function lookUp(word) {
    const weights = new Map();
    const weigh = (term, weight) => weights.set(term, Math.max(weight, weights.get(term) ?? 0));
    if (word.terms.length > 1) {
      const found = await Promise.all(word.terms.map(pagesOf));
      word.pages = new Map([...found[0]].filter(([page]) => found.every((pages) => pages.has(page))).map(([page, level]) => [page, { level, weight: 1 }]));
      word.weights = null;
      return [word];
    }
    const { text } = word;
    const exact = (await pagesOf(text)).size > 0;
    if (exact) weigh(text, 1);
    word.exact = exact;
    const open = !(exact && word.capital);
    const plain = /^[\p{L}\p{M}]+$/u.test(text);
    if (open && plain && english && stemOf(text).length > 2) {
      const stem = stemOf(text);
      for (const term of await startingWith(stem)) if (term !== text && stemOf(term) === stem) weigh(term, exact ? 0.5 : 0.7);
    }
    if (word.parts?.length && !word.option) { // "no-cache" may be meant for --no-cache, or --no-cache-dir
      for (const term of (await startingWith("--" + text)).slice(0, 10)) weigh(term, term.length === text.length + 2 ? 0.9 : 0.6);
    }
    for (const form of arabic(text)) if (form !== text && (await pagesOf(form)).size) weigh(form, 0.7);
    if (word.sign || open && text.length > 1 && (word.typing || !weights.size) && !/^-?.$|^-[^-]/.test(text)) {
      for (const term of (await startingWith(text)).slice(0, 40)) weigh(term, exact ? 0.3 : 0.6);
    }
    if (!weights.size && word.parts?.length) {
      return (await Promise.all(word.parts.map((part) => lookUp({ text: part, terms: [part], option: word.option })))).flat();
    }
    if (!weights.size && plain && !word.option && text.length > 3) for (const [term, weight] of await misspelt(text)) weigh(term, weight);
    word.weights = weights;
    word.pages = new Map();
    for (const [term, weight] of weights) {
      for (const [page, level] of await pagesOf(term)) {
        const old = word.pages.get(page);
        if (!old || worth(level) * weight > worth(old.level) * old.weight) word.pages.set(page, { level, weight });
      }
    }
    return [word];
  }

  const worth = (level) => [0, 1, 1.4, 1.7][level & 3] + (level & 4 ? 2.5 : 0) + (level & 8 ? 4 : 0) + (level & 16 ? 1.5 : 0);

  // The numbers of the pages that may be meant, the best first.
  function candidates(words) {
    const scores = new Map();
    for (const word of words) {
      // How much the word tells pages apart.
      word.rare = Math.log(1 + (pageCount - word.pages.size + 0.5) / (word.pages.size + 0.5)) + 0.5;
      for (const [page, { level, weight }] of word.pages) {
        const score = scores.get(page) ?? { sum: 0, found: 0 };
        score.sum += word.rare * weight * worth(level);
        score.found += word.rare;
        scores.set(page, score);
      }
    }
    return [...scores].map(([page, { sum, found }]) => ({ page, score: sum * found })).sort((a, b) => b.score - a.score || a.page - b.page).map(({ page }) => page);
  }

  // Ranks

  // The text of a page, cut into terms.
  const texts = new Map();
  async function textOf(page) {
    if (!texts.has(page)) {
      const [url, title, rows = []] = await load(`search/p-${page.toString(16).padStart(6, "0")}.js`);
      const inTitle = termsOf(title ?? "");
      texts.set(page, rows.map(([id, heading, text]) => ({
        page, url, title, id, heading, text, inTitle, inHeading: termsOf(heading), inText: termsOf(text),
      })));
    }
    return texts.get(page);
  }

  // Where a word stands among terms.
  function places(word, terms) {
    if (word.weights) {
      return terms.flatMap(({ term, from, to, inner }) => word.weights.has(term) ? [{ word, from, to, weight: inner * word.weights.get(term) }] : []);
    }
    return terms.flatMap((t, i) => word.terms.every((term, k) => terms[i + k]?.term === term) ?
      [{ word, from: t.from, to: terms[i + word.terms.length - 1].to, weight: 1 }] : []);
  }

  const best = (found) => found.reduce((most, { weight }) => Math.max(most, weight), 0);

  // What of a line its words make up.
  const share = (found, terms) => terms.length ? new Set(found.map(({ from }) => from)).size / terms.filter((t) => !STOP.has(t.term)).length : 0;

  // Words that stand together as in the query.
  function together(words, found) {
    let sum = 0;
    for (let i = 1; i < words.length; i++) {
      const before = found.filter((f) => f.word === words[i - 1]);
      if (found.some((f) => f.word === words[i] && before.some((b) => f.from >= b.to && f.from - b.to < 3))) sum += Math.min(words[i].rare, words[i - 1].rare);
    }
    return sum;
  }

  // Whether an option is one of a command in a passage of a lab, rather than of a
  // sentence. Sentences end in a mark.
  const uses = ({ page, text }, word, found) => word.option && word.pages.get(page)?.level & 16 &&
    found.some(({ to }) => !/[.:;!?]$/.test(text.slice(to).split("\n", 1)[0]));

  function rank(passage, words) {
    const find = (terms) => words.flatMap((word) => places(word, terms));
    const title = find(passage.inTitle), heading = find(passage.inHeading), text = find(passage.inText);
    const titleShare = share(title, passage.inTitle), headingShare = share(heading, passage.inHeading);
    let sum = 0, found = 0, all = 0;
    for (const word of words) {
      const of = (list) => list.filter((f) => f.word === word);
      const count = of(text).reduce((n, { weight }) => n + weight, 0);
      // A page's title speaks for its top rather than for each of its headings.
      const worth = 2 * count / (count + 0.6 + 0.6 * passage.inText.length / 150) + best(of(heading)) * (1.5 + 5 * headingShare) +
        best(of(title)) * (passage.id ? 0.6 : 1.5 + 3 * titleShare) + (uses(passage, word, of(text)) ? 1 : 0);
      sum += word.rare * worth;
      all += word.rare;
      if (worth) found += word.rare;
    }
    const near = together(words, text) + 2 * together(words, heading) + (passage.id ? 0.3 : 2) * together(words, title);
    return { passage, found: text, score: text.length + heading.length || !passage.id ? (sum + near) * (found / all) : 0 };
  }

  // The hits of some pages, the best first.
  async function hitsOf(pages, words) {
    const passages = (await Promise.all(pages.map(textOf))).flat();
    const ranked = passages.map((passage) => rank(passage, words)).filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
    return ranked.filter(({ score }) => score > 0.12 * ranked[0].score).slice(0, LIMIT);
  }

  // Hits as readers see them

  // Writes text with the places of words marked. Nothing of it is read as HTML.
  function marked(parent, text, from, to, found) {
    const write = (start, end) => parent.append(text.slice(start, end).replaceAll("\n", " · "));
    let at = from;
    for (const place of found.filter((f) => f.from >= from && f.to <= to).sort((a, b) => a.from - b.from || b.to - a.to)) {
      if (place.from < at) continue;
      write(at, place.from);
      const mark = document.createElement("mark");
      mark.textContent = text.slice(place.from, place.to);
      parent.append(mark);
      at = place.to;
    }
    write(at, to);
  }

  const WIDTH = 170;

  // The part of a text with the most words of the query.
  function excerpt({ passage: { text }, found }) {
    let start = 0, most = 0;
    for (const { from } of found) {
      const within = found.filter((f) => f.from >= from && f.to < from + WIDTH - 40);
      const sum = [...new Set(within.map(({ word }) => word))].reduce((n, word) => n + word.rare * Math.max(...within.map((f) => f.word === word ? f.weight : 0)), 0);
      if (sum > most + 1e-9) [start, most] = [from, sum];
    }
    const line = text.lastIndexOf("\n", start - 1) + 1;
    if (start - line <= 60) start = line;
    else start = text.indexOf(" ", start - 50) + 1;
    let end = Math.min(text.length, start + WIDTH);
    if (end < text.length) end = Math.max(text.lastIndexOf(" ", end), text.lastIndexOf("\n", end), start + WIDTH / 2);
    return [start, end];
  }

  function linkTo(hit, words) {
    const { passage } = hit;
    const link = document.createElement("a");
    link.href = (document.body.dataset.root || "./") + passage.url + (passage.id ? "#" + encodeURIComponent(passage.id) : "");
    if (location.protocol.startsWith("http")) link.href = link.href.replace(/index\.html(?=$|#)/, "");
    const title = document.createElement("strong"), text = document.createElement("span");
    const name = passage.title + (passage.heading ? " › " + passage.heading : "");
    marked(title, name, 0, name.length, words.flatMap((word) => places(word, termsOf(name))));
    const [start, end] = excerpt(hit);
    text.append(start ? "… " : "");
    marked(text, passage.text, start, end, hit.found);
    text.append(end < passage.text.length ? " …" : "");
    link.append(title, text);
    return link;
  }

  let links = [], active = -1;

  function add(hits, words) {
    for (const hit of hits) {
      const i = links.length, link = linkTo(hit, words);
      link.id = `hb-hit-${i}`;
      link.setAttribute("role", "option");
      link.tabIndex = -1;
      link.addEventListener("pointermove", () => choose(i, false));
      links.push(link);
      list.append(link);
    }
    input.setAttribute("aria-expanded", String(links.length > 0));
  }

  function choose(i, scroll) {
    links[active]?.setAttribute("aria-selected", "false");
    active = i;
    const link = links[active];
    if (!link) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    link.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", link.id);
    if (scroll) link.scrollIntoView({ block: "nearest" });
  }

  let runs = 0, rest = null; // what the last query has beyond what is shown

  async function run() {
    const mine = ++runs, stale = () => mine !== runs;
    const query = input.value.trim();
    const asked = performance.now();
    if (query && !links.length) status.textContent = say("search-loading");
    await ready;
    const words = (await Promise.all(wordsOf(input.value).map(lookUp))).flat();
    if (stale()) return;
    const pages = candidates(words);
    if (pages.slice(0, BATCH).some((page) => !texts.has(page))) {
      const begun = words.some((word) => word.typing && !word.exact);
      await new Promise((done) => { setTimeout(done, asked + (begun ? LONGER : QUIET) - performance.now()); });
    }
    if (stale()) return;
    const hits = await hitsOf(pages.slice(0, BATCH), words);
    if (stale()) return;
    list.replaceChildren();
    links = [];
    rest = { pages: pages.slice(BATCH), words };
    add(hits, words);
    choose(hits.length ? 0 : -1, true);
    list.scrollTop = 0;
    dialog.dataset.shown = query;
    if (!query) status.textContent = "";
    else if (!pageCount) status.textContent = say("search-failed");
    else if (!hits.length) status.textContent = say("search-nothing", { query });
    else if (rest.pages.length) status.textContent = say("search-best", { n: pages.length });
    else status.textContent = say("search-count", { n: hits.length });
  }

  // The next pages, as the reader gets to the end of the list.
  async function more() {
    if (!rest?.pages.length || links.length > 10 * LIMIT) return;
    const mine = runs, { pages, words } = rest;
    rest = { pages: pages.slice(BATCH), words };
    const hits = await hitsOf(pages.slice(0, BATCH), words);
    if (mine === runs) add(hits, words);
  }

  input.addEventListener("input", run);
  input.addEventListener("keydown", (event) => {
    const last = links.length - 1;
    const moves = { ArrowDown: active >= last ? 0 : active + 1, ArrowUp: active <= 0 ? last : active - 1 };
    if (event.key in moves) {
      event.preventDefault();
      if (links.length) choose(moves[event.key], true);
    } else if (event.key === "Enter" && links[active]) {
      event.preventDefault();
      links[active].click();
    } else if (event.key === "Escape") {
      event.preventDefault(); // which would only empty the field
      dialog.close();
    }
  });
  list.addEventListener("scroll", () => { if (list.scrollTop + list.clientHeight > list.scrollHeight - 60) more(); }, { passive: true });
  // A hit on the page itself changes nothing but the place.
  list.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.querySelector("[data-search-close]").addEventListener("click", () => dialog.close());

  // The page that stands for one that is missing looks for what its address says.
  async function missing(place) {
    const root = new URL(document.body.dataset.root || ".", location.href).pathname;
    let asked = location.pathname.slice(root.length);
    try { asked = decodeURIComponent(asked); } catch { /* as it is */ }
    asked = asked.replace(/\b(?:index)?\.(?:html?|md)$/, "").replace(/\/$/, "").split("/").at(-1).replace(/[^\p{L}\p{M}]+/gu, " ").trim();
    await ready;
    const words = (await Promise.all(wordsOf(asked + " ").map(lookUp))).flat();
    const found = await hitsOf(candidates(words).slice(0, BATCH), words);
    const top = ({ score, passage }) => score * (passage.id ? 1 : 2); // it was the address of a page
    const hits = found.sort((a, b) => top(b) - top(a)).slice(0, 6);
    if (!hits.length) return;
    const items = hits.map((hit) => {
      const item = document.createElement("li");
      item.append(linkTo(hit, words));
      return item;
    });
    place.querySelector("ul").append(...items);
    place.hidden = false;
    input.value = asked;
  }

  const place = document.querySelector("[data-missing]");
  if (place) missing(place);
  if (input.value) run();
}
