// Single keys, off in inputs and where somebody has switched them off. `?` lists them.
"use strict";

{
  const stored = () => {
    try {
      return localStorage.getItem("keys") !== "off";
    } catch {
      return true;
    }
  };

  const focusOn = (selector) => {
    const found = document.querySelector(selector);
    if (!found) return false;
    found.focus();
    found.select?.();
    return true;
  };

  const send = (name, detail) => {
    document.dispatchEvent(new CustomEvent(`runlens:${name}`, { detail }));
    return true;
  };

  const press = (selector) => {
    const found = document.querySelector(selector);
    found?.click();
    return Boolean(found);
  };

  const actions = {
    "/": () => focusOn(".find [name=text], .top-find [name=text]"),
    "?": () => { document.querySelector("#keys-dialog")?.showModal(); return true; },
    // The page of a table has no other search than that for its rows.
    f: () => focusOn("#search-text, [data-rows] [name=rows]"),
    n: () => send("match", { step: 1 }),
    N: () => send("match", { step: -1 }),
    e: () => send("expand", { open: true }),
    w: () => send("expand", { open: false }),
    j: () => send("walk", { key: "ArrowDown" }),
    k: () => send("walk", { key: "ArrowUp" }),
    y: () => send("copy-node", { what: "value" }),
    p: () => send("copy-node", { what: "path" }),
    d: () => press("a[data-download]"),
    t: () => send("theme"),
  };

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    // A dialog that was closed keeps the focus until the next frame.
    if (event.target.closest?.("input, textarea, select, [contenteditable], dialog[open]")) return;
    if (event.key !== "?" && !stored()) return;
    if (actions[event.key]?.()) event.preventDefault();
  });

  document.addEventListener("DOMContentLoaded", () => {
    const box = document.querySelector("#keys-on");
    if (!box) return;
    box.checked = stored();
    box.addEventListener("change", () => {
      try {
        localStorage.setItem("keys", box.checked ? "on" : "off");
      } catch {
        // Without storage the choice cannot be kept.
      }
    });
  });
}
