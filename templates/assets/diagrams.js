// Diagrams. On pages that have some, the site's copy of mermaid draws them when
// the page has been read. What stands there as text stays if it can't be drawn.
(() => {
  const WORDS = /* strings */ {};
  const say = (key) => WORDS[key];
  const own = document.currentScript;
  const element = (name, more) => Object.assign(document.createElement(name), more);

  // The library is large, so it waits until the page can be used.
  let library = null;
  const load = () => library ??= new Promise((loaded, failed) => {
    const script = element("script", { src: new URL(own.dataset.mermaid, own.baseURI), onload: loaded, onerror: failed });
    script.dataset.again = "";
    document.head.append(script);
  }).then(() => mermaid);

  // The colours of the theme, as they are on light or on dark pages. Text stands on
  // the soft ones, and in the colour of the page on the strong ones.
  function colours(scheme) {
    const probe = element("span");
    document.body.append(probe);
    probe.style.colorScheme = scheme;
    const of = (name) => {
      probe.style.color = `var(--${name})`;
      return "#" + getComputedStyle(probe).color.match(/\d+/g).slice(0, 3).map((n) => Number(n).toString(16).padStart(2, "0")).join("");
    };
    const [bg, surface, raised, text, muted, line, soft, warn] =
      ["bg", "surface", "raised", "text", "muted", "line-strong", "accent-soft", "warn-soft"].map(of);
    const strong = ["accent", "good", "warn", "important", "bad", "code-b"].map(of);
    const [accent, good, , important, bad] = strong;
    probe.remove();
    const of12 = (make) => Object.fromEntries(Array.from({ length: 12 }, (_, i) => Object.entries(make(i, strong[i % strong.length]))).flat());
    return {
      darkMode: scheme === "dark", background: surface, mainBkg: soft, nodeBorder: accent, textColor: text, titleColor: text, lineColor: muted,
      primaryColor: soft, primaryTextColor: text, primaryBorderColor: accent,
      secondaryColor: raised, secondaryTextColor: text, secondaryBorderColor: line,
      tertiaryColor: raised, tertiaryTextColor: text, tertiaryBorderColor: line,
      noteBkgColor: warn, noteTextColor: text, noteBorderColor: line, edgeLabelBackground: surface, clusterBkg: raised, clusterBorder: line,
      rowOdd: raised, rowEven: surface, attributeBackgroundColorOdd: raised, attributeBackgroundColorEven: surface,
      ...of12((i, c) => ({ [`cScale${i}`]: c, [`cScaleLabel${i}`]: bg, [`cScaleInv${i}`]: muted, [`cScalePeer${i}`]: c, [`pie${i + 1}`]: c,
        [`git${i}`]: c, [`gitBranchLabel${i}`]: bg, [`gitInv${i}`]: muted, [`fillType${i}`]: soft })),
      pieSectionTextColor: bg, pieSectionTextSize: "16px", pieTitleTextColor: text, pieLegendTextColor: text, pieStrokeColor: surface, pieOuterStrokeColor: line, pieOpacity: 1,
      commitLabelColor: text, commitLabelBackground: raised, tagLabelColor: text, tagLabelBackground: soft, tagLabelBorder: accent,
      taskBkgColor: accent, taskBorderColor: accent, taskTextColor: bg, taskTextLightColor: bg, taskTextDarkColor: bg, taskTextOutsideColor: text,
      activeTaskBkgColor: good, activeTaskBorderColor: good, doneTaskBkgColor: muted, doneTaskBorderColor: muted, critBkgColor: bad, critBorderColor: bad,
      sectionBkgColor: soft, sectionBkgColor2: soft, altSectionBkgColor: surface, gridColor: line, todayLineColor: important,
      xyChart: { backgroundColor: surface, titleColor: text, plotColorPalette: strong.join(",") },
      packet: { startByteColor: text, endByteColor: text, labelColor: text, titleColor: text, blockStrokeColor: accent, blockFillColor: soft },
      archEdgeColor: muted, archEdgeArrowColor: muted, archGroupBorderColor: line,
    };
  }

  // Texts are measured outside of the page, from left to right in all languages.
  let count = 0;
  async function draw(mermaid, figure, scheme) {
    const drawing = element("div", { className: `drawing ${scheme}`, dir: "ltr" });
    const bench = element("div", { className: "drawing-bench", dir: "ltr" });
    document.body.append(bench);
    try {
      const { svg } = await mermaid.render(`hb-drawing-${++count}`, figure.querySelector("pre code").textContent, bench);
      drawing.innerHTML = svg;
    } finally {
      bench.remove();
    }
    figure.querySelector(`.drawing.${scheme}`)?.remove();
    figure.append(drawing);
  }

  // Labels may be HTML, of which mermaid lets text pass. Nothing in it could run: the
  // page's policy allows no script in it.
  function setUp(mermaid, scheme) {
    const { fontFamily } = getComputedStyle(document.body);
    mermaid.initialize({
      startOnLoad: false, suppressErrorRendering: true, securityLevel: "strict", dompurifyConfig: { FORBID_TAGS: ["img", "picture", "video", "audio", "input", "button", "form"] },
      // What a diagram cannot set for itself: mermaid's own list, and what its HTML and CSS may hold.
      secure: ["secure", "securityLevel", "startOnLoad", "maxTextSize", "suppressErrorRendering", "maxEdges", "dompurifyConfig", "themeCSS"],
      fontFamily, theme: "base", themeVariables: { ...colours(scheme), fontFamily },
    });
  }

  async function drawAll() {
    const figures = [...document.querySelectorAll("figure.diagram:not(.drawn, :has(.broken))")];
    if (!figures.length) return;
    const mermaid = await load();
    await document.fonts.ready;
    for (const scheme of ["light", "dark"]) {
      setUp(mermaid, scheme);
      for (const figure of figures) {
        if (figure.querySelector(".broken")) continue;
        try {
          await draw(mermaid, figure, scheme);
        } catch (error) {
          for (const e of figure.querySelectorAll(".drawing")) e.remove();
          const broken = element("div", { className: "broken", textContent: say("diagram-broken") });
          if (own.dataset.preview !== undefined) broken.append(element("pre", { textContent: error.message }));
          console.warn(error);
          figure.append(broken);
        }
      }
    }
    for (const figure of figures) figure.classList.toggle("drawn", !figure.querySelector(".broken"));
  }

  const start = () => drawAll().catch((error) => console.warn(error));
  if (document.readyState === "complete") start();
  else addEventListener("load", start);
  document.addEventListener("handbook:exchanged", start);
})();
