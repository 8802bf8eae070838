// The theme: the system's, or the one chosen with `t`. Loaded before the page is drawn, so that nothing flashes.
"use strict";

{
  const themes = ["system", "light", "dark"];
  const root = document.documentElement;

  const apply = (theme) => {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
  };

  const stored = () => {
    try {
      return localStorage.getItem("theme") || "system";
    } catch {
      return "system";
    }
  };

  apply(stored());

  document.addEventListener("runlens:theme", () => {
    const theme = themes[(themes.indexOf(stored()) + 1) % themes.length];
    apply(theme);
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    const announcer = document.querySelector("#announcer");
    if (announcer) announcer.textContent = `Theme: ${theme}`;
  });
}
