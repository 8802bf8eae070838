// Search inside a value: lists the matches and walks them with Enter and Shift+Enter, or n and N.
// Without this script the form leads to a page of matches.
"use strict";

{
  const HIGHLIGHT = "match";
  let answered = null;
  let lastAsked = 0;
  let current = -1;
  let loadsMore = false;

  const form = () => document.querySelector("form[data-search]");
  const box = () => document.querySelector("[data-found]");
  const words = () => document.querySelector("[data-found] [data-words]");
  const links = () => [...document.querySelectorAll("[data-found] a[data-pointer]")];
  const addressOf = (found) => `${found.action}?${new URLSearchParams(new FormData(found))}`;

  // Resolves to true when the matches of what was asked last are listed.
  const list = async (found) => {
    const asked = ++lastAsked;
    const address = addressOf(found);
    current = -1;
    answered = null;
    box().hidden = false;
    box().textContent = "Searching …";
    try {
      const fresh = await runlensFragment(address);
      if (asked !== lastAsked) return false;
      box().replaceChildren(fresh);
      answered = address;
      if (!links().length) runlensSay(box().textContent.trim());
    } catch (error) {
      if (asked !== lastAsked) return false;
      box().textContent = error.said || "The search did not work. Try again.";
      runlensSay(box().textContent);
    }
    return asked === lastAsked;
  };

  const appendMore = async (more) => {
    if (loadsMore) return;
    loadsMore = true;
    const of = answered;
    try {
      const next = await runlensFragment(more.href);
      if (of !== answered) return;
      document.querySelector("[data-found] .matches").append(...next.querySelectorAll(".matches > li"));
      more.closest("p").replaceWith(...next.querySelectorAll("p:has(a[data-more-matches])"));
    } catch (error) {
      more.textContent = error.said || "More matches could not be loaded. Try again";
    } finally {
      loadsMore = false;
    }
  };

  // A long text is higher than the window: the place in it is what should be seen.
  const bringIntoSight = (item, { startContainer, startOffset, endOffset }) => {
    const range = document.createRange();
    range.setStart(startContainer, startOffset);
    range.setEnd(startContainer, endOffset);
    const found = range.getBoundingClientRect();
    const pane = item.closest(".text-view");
    const above = document.querySelector(".search-bar").getBoundingClientRect().bottom;
    const frame = pane?.getBoundingClientRect() ?? { top: Math.max(0, above), bottom: innerHeight };
    if (found.top >= frame.top && found.bottom <= frame.bottom) return;
    (pane ?? window).scrollBy(0, found.top - (frame.top + frame.bottom) / 2);
  };

  // Marks the text that was looked for inside the node, without a change to the page; `nth` is the place
  // that is meant where there are several.
  const highlight = (item, text, nth) => {
    if (!globalThis.Highlight || !item) return;
    CSS.highlights.delete(HIGHLIGHT);
    const needle = text.toLowerCase();
    if (!needle) return;
    const ranges = [];
    const line = item.querySelector(":scope > details:not(.inside) > summary") || item;
    const around = item.closest(".inside");
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      if (walker.currentNode.parentElement.closest(".inside") !== around) continue;
      const hay = walker.currentNode.data.toLowerCase();
      for (let at = hay.indexOf(needle); at >= 0 && ranges.length < 100; at = hay.indexOf(needle, at + needle.length)) {
        if (at + needle.length <= walker.currentNode.length) {
          ranges.push(new StaticRange({
            startContainer: walker.currentNode, startOffset: at,
            endContainer: walker.currentNode, endOffset: at + needle.length,
          }));
        }
      }
    }
    CSS.highlights.set(HIGHLIGHT, new Highlight(...ranges));
    if (ranges.length) bringIntoSight(item, ranges[nth] ?? ranges[0]);
  };

  const step = async (by) => {
    let all = links();
    if (!all.length) return;
    const more = document.querySelector("[data-found] a[data-more-matches]");
    if (current + by >= all.length && more) {
      await appendMore(more);
      all = links();
      if (current + by >= all.length) return;
    }
    current = (current + by + all.length) % all.length;
    box().hidden = false;
    for (const link of all) link.removeAttribute("aria-current");
    const link = all[current];
    link.setAttribute("aria-current", "true");
    const total = Number(words().dataset.total).toLocaleString("en");
    words().textContent = `${current + 1} of ${total}: ${link.textContent}`;
    runlensSay(words().textContent);
    link.closest("li").scrollIntoView({ block: "nearest" });
    const mark = link.closest("li").querySelector("mark")?.textContent || "";
    const item = link.hash.startsWith("#L")
      ? await runlensLine(link.href)
      : await runlensReveal("", link.dataset.pointer, false);
    const earlier = all.slice(0, current).filter((other) => link.hash.startsWith("#L") && other.hash === link.hash);
    highlight(item, mark, earlier.length);
  };

  // From the box to the match that it led to, so that the keys of the tree go on from there.
  const leaveForMatch = () => {
    const marked = document.querySelector("[data-shown] li.marked");
    if (box().hidden || current < 0 || !marked) return false;
    const place = marked.closest("[data-lines]") ?? marked;
    place.focus({ preventScroll: true });
    return true;
  };

  document.addEventListener("submit", async (event) => {
    const found = event.target;
    if (found !== form() || !document.querySelector("[data-shown]")) return;
    event.preventDefault();
    if (answered === addressOf(found) && links().length) await step(1);
    else if (await list(found)) await step(1);
  });

  document.addEventListener("keydown", (event) => {
    const isInValue = event.target.closest?.("[data-shown]") && !event.target.closest(".node-tools");
    if (event.key === "Escape" && isInValue && box()) box().hidden = true;
    if (event.target.id !== "search-text") return;
    if (event.key === "Enter" && event.shiftKey) {
      event.preventDefault();
      step(-1);
    } else if (event.key === "Escape") {
      if (event.target.value && leaveForMatch()) event.preventDefault();
      else if (!event.target.value) box().hidden = true;
    }
  });

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-found] a");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || !document.querySelector("[data-shown]")) return;
    if (link.dataset.moreMatches !== undefined) {
      event.preventDefault();
      await appendMore(link);
    } else if (link.dataset.pointer !== undefined) {
      event.preventDefault();
      current = links().indexOf(link) - 1;
      await step(1);
    }
  });

  document.addEventListener("runlens:match", (event) => step(event.detail.step));
}
