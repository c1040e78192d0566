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

  // The colours of the theme, as they are on light or on dark pages.
  function colours(scheme) {
    const probe = element("span");
    document.body.append(probe);
    const of = (name) => {
      probe.style.colorScheme = scheme;
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe).color;
    };
    const [bg, surface, raised, text, muted, accent, soft, warn, important, line] =
      ["bg", "surface", "raised", "text", "muted", "accent", "accent-soft", "warn-soft", "important-soft", "line-strong"].map(of);
    probe.remove();
    return {
      darkMode: scheme === "dark", background: bg, mainBkg: soft, textColor: text, titleColor: text, lineColor: muted,
      primaryColor: soft, primaryTextColor: text, primaryBorderColor: accent,
      secondaryColor: important, secondaryTextColor: text, secondaryBorderColor: line,
      tertiaryColor: surface, tertiaryTextColor: text, tertiaryBorderColor: line,
      noteBkgColor: warn, noteTextColor: text, noteBorderColor: line, edgeLabelBackground: raised, clusterBkg: surface, clusterBorder: line,
    };
  }

  let count = 0;
  async function draw(mermaid, figure, scheme) {
    const drawing = element("div", { className: `drawing ${scheme}` });
    const { svg } = await mermaid.render(`hb-drawing-${++count}`, figure.querySelector("pre code").textContent);
    drawing.innerHTML = svg;
    figure.querySelector(`.drawing.${scheme}`)?.remove();
    figure.append(drawing);
  }

  // Text is measured in the page's own font.
  function setUp(mermaid, scheme) {
    const { fontFamily } = getComputedStyle(document.body);
    mermaid.initialize({
      startOnLoad: false, suppressErrorRendering: true, securityLevel: "strict", fontFamily, theme: "base",
      themeVariables: { ...colours(scheme), fontFamily },
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
