// The rows of a table: sorts, turns over and looks for rows without leaving the page.
// Without this script the links and the form lead to pages of their own.
"use strict";

{
  let lastAsked = 0;

  // What had the focus before, found again in what came instead.
  const placeOf = (part) => {
    const at = document.activeElement;
    const all = [...part.querySelectorAll("thead a")];
    if (all.includes(at)) return (fresh) => fresh.querySelectorAll("thead a")[all.indexOf(at)];
    const name = at?.closest("[data-rows]") === part && (at.name || (at.closest("form") && "rows"));
    if (name) return (fresh) => fresh.querySelector(`form [name="${name}"]`);
    return part.contains(at) ? (fresh) => fresh.querySelector(".table-frame") : () => null;
  };

  const swap = async (part, href, { toTop }) => {
    const asked = ++lastAsked;
    part.setAttribute("aria-busy", "true");
    let fresh = null;
    let isAnswered = true;
    try {
      fresh = (await runlensFragment(href)).querySelector("[data-rows]");
    } catch (error) {
      isAnswered = Boolean(error.status);
    }
    if (asked !== lastAsked || !part.isConnected) return;
    part.removeAttribute("aria-busy");
    if (!isAnswered) {
      // What is there stays there to be read.
      part.querySelector("[data-words]").textContent = "The rows could not be loaded. Try again.";
      runlensSay("The rows could not be loaded. Try again.");
      return;
    }
    if (!fresh) {
      // The page of its own says better than we could why there are none.
      location.assign(href);
      return;
    }
    const focusOn = placeOf(part);
    const { scrollLeft } = part.querySelector(".table-frame");
    part.replaceWith(fresh);
    // An address that was sent to somebody shows the same rows in the same order.
    history.replaceState(history.state, "", href);
    const frame = fresh.querySelector(".table-frame");
    frame.scrollLeft = scrollLeft;
    focusOn(fresh)?.focus({ preventScroll: true });
    if (toTop) fresh.scrollIntoView({ block: "nearest" });
    const sorted = fresh.querySelector('[aria-sort$="ending"]');
    const order = sorted ? `, ${sorted.getAttribute("aria-sort")} by ${sorted.textContent.replace(/ [▲▼]$/, "")}` : "";
    runlensSay(fresh.querySelector("[data-words]").textContent.replace(/\.$/, "") + order);
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-rows] a");
    if (!link || link.closest("tbody") || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const address = new URL(link.href);
    if (address.pathname !== location.pathname) return;
    event.preventDefault();
    swap(link.closest("[data-rows]"), link.href, { toTop: Boolean(link.closest(".actions")) });
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const part = form.closest("[data-rows]");
    if (!part) return;
    event.preventDefault();
    const address = new URL(form.action);
    const asked = new URLSearchParams(new FormData(form));
    for (const name of ["rows", "column"]) if (!asked.get(name)) asked.delete(name);
    address.search = asked;
    swap(part, address.href, { toTop: false });
  });

  // To choose a column says it all when a text is there.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-rows] form");
    if (form && event.target.matches("select") && form.elements.rows.value.trim()) form.requestSubmit();
  });
}
