// What must be known before the first paint: the reader's colours, whether long
// lines are wrapped, and whether there is anything else that the theme's script
// will put into the page. Then the page waits for it (class wait), so that
// nothing moves; for a reader who comes for the first time it does not.
(() => {
  const page = document.documentElement, { locks } = navigator;
  const look = () => {
    try {
      const theme = localStorage.getItem("hb-theme");
      if (theme === "light" || theme === "dark") page.dataset.theme = theme;
      if (localStorage.getItem("hb-wrap")) page.classList.add("wrap");
      if (Object.keys(localStorage).some((key) => /^hb-(ph|tabs|done|wrap)/.test(key))) page.classList.add("wait");
    } catch { /* private windows may have no storage */ }
  };
  page.classList.add("js");
  if (location.protocol === "file:" && locks) locks.query().then(look, look);
  else look();
})();
