// Runs before the first paint, so that a chosen theme does not flash. Keeps one word, nothing personal.
"use strict";
(() => {
  const root = document.documentElement;
  const read = () => {
    try { return localStorage.getItem("callbox.theme"); } catch { return null; }
  };
  const apply = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
    for (const button of document.querySelectorAll("button[data-set-theme]")) {
      button.setAttribute("aria-pressed", String(button.dataset.setTheme === (theme ?? "")));
    }
  };
  apply(read());
  addEventListener("DOMContentLoaded", () => apply(read()));
  addEventListener("storage", (event) => { if (event.key === "callbox.theme") apply(event.newValue); });
  addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-set-theme]");
    if (button) {
      const theme = button.dataset.setTheme || null;
      try {
        if (theme) localStorage.setItem("callbox.theme", theme);
        else localStorage.removeItem("callbox.theme");
      } catch { /* private windows: the choice lasts for this page */ }
      apply(theme);
    }
    // A menu closes when somebody clicks elsewhere.
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
      event.stopImmediatePropagation();
    }
  }, true);
})();
