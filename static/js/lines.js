// The lines of a text: more of them on demand, and the line that a match of a search stands in.
// Without this script the links lead to pages of lines.
"use strict";

// Resolves to the line that an address ends with (#L120), loaded, marked and in sight, or to null.
const runlensLine = (() => {
  let lastAsked = 0;

  const show = async (href) => {
    const asked = ++lastAsked;
    const name = new URL(href, location.href).hash.slice(1);
    const owner = document.querySelector("#output [data-shown]");
    const here = owner.querySelector("[data-lines]");
    if (!here?.querySelector(`#${CSS.escape(name)}`)) {
      try {
        const fresh = await runlensFragment(href);
        if (asked !== lastAsked) return null;
        const hadFocus = owner.contains(document.activeElement);
        owner.replaceChildren(fresh);
        if (hadFocus) owner.querySelector("[data-lines]").focus({ preventScroll: true });
      } catch {
        runlensSay("That line could not be loaded");
        return null;
      }
    }
    const line = document.getElementById(name);
    for (const other of owner.querySelectorAll("li.marked")) other.classList.remove("marked");
    line?.classList.add("marked");
    line?.scrollIntoView({ block: "center" });
    return line;
  };

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-more-lines]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    if (link.dataset.asked) return;
    link.dataset.asked = "yes";
    const way = link.dataset.moreLines;
    try {
      const fresh = await runlensFragment(link.href);
      // The way back to what is here already is not needed.
      fresh.querySelector(`a[data-more-lines="${way === "after" ? "before" : "after"}"]`)?.closest("p").remove();
      const first = fresh.querySelector("ol");
      const hadFocus = document.activeElement === link || document.activeElement === document.body;
      link.closest("p").replaceWith(...fresh.querySelector("[data-lines]").children);
      if (!hadFocus || !first) return;
      first.tabIndex = -1;
      first.focus({ preventScroll: way === "after" });
    } catch {
      delete link.dataset.asked;
      link.textContent = "This could not be loaded. Try again";
    }
  });

  return show;
})();
