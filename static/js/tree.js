// The value tree: loads what is opened, and lets the keyboard walk it as a tree.
// Without this script every node is reached by <details> and links.
"use strict";

{
  const ROW = ".tree li[data-at], .tree li.more";
  // `e` loads no further once a tree has so many rows; pressed again, it goes on.
  const ENOUGH_ROWS = 1000;

  const isShown = (row) => !row.parentElement.closest("details:not([open])");
  const rowsOf = (tree) => [...tree.querySelectorAll("li[data-at], li.more")];
  const shownRows = (tree) => rowsOf(tree).filter(isShown);
  const detailsOf = (row) => row.querySelector(":scope > details");
  const parentOf = (row) => row.parentElement.closest("li[data-at]");
  const rowOf = (element) => element.closest?.(ROW);
  const currentTree = () =>
    document.activeElement?.closest(".tree") || document.querySelector("#output .tree, .tree");

  // Told to screen readers: what is a tree, how deep a node is, which of how many.
  const describe = (tree) => {
    tree.setAttribute("role", "tree");
    tree.setAttribute("aria-label", "Value");
    for (const list of tree.querySelectorAll("ul")) list.setAttribute("role", "group");
    for (const list of [tree, ...tree.querySelectorAll("ul")]) {
      const children = [...list.children].filter((child) => child.dataset.at !== undefined);
      const level = 1 + depth(list, tree);
      children.forEach((row, index) => {
        row.setAttribute("aria-posinset", Number(row.dataset.position || index) + 1);
        row.setAttribute("aria-setsize", row.dataset.size || children.length);
        const details = detailsOf(row);
        if (details) row.setAttribute("aria-expanded", String(details.open));
      });
      for (const row of list.children) {
        const isRow = row.matches(ROW);
        row.setAttribute("role", isRow ? "treeitem" : "none");
        if (!isRow) continue;
        row.setAttribute("aria-level", level);
        if (!row.hasAttribute("tabindex")) row.tabIndex = -1;
      }
    }
    // One stop for the Tab key; Enter on a row does what its link does.
    for (const inner of tree.querySelectorAll("summary, a, time")) inner.tabIndex = -1;
    if (!tree.querySelector('li[tabindex="0"]')) {
      const first = tree.querySelector("li[data-at]");
      if (first) first.tabIndex = 0;
    }
  };

  const depth = (list, tree) => {
    let levels = 0;
    for (let at = list; at !== tree; at = at.parentElement.closest("ul")) levels += 1;
    return levels;
  };

  const makeCurrent = (row) => {
    for (const other of row.closest(".tree").querySelectorAll('li[tabindex="0"]')) other.tabIndex = -1;
    row.tabIndex = 0;
  };

  const focusOn = (row) => {
    makeCurrent(row);
    row.focus();
  };

  const notLoaded = (list, error) => {
    const row = document.createElement("li");
    row.className = "muted";
    row.textContent =
      error.status === 404 ? "This is not there any more." : "This could not be loaded. Close it and open it again.";
    list.replaceChildren(row);
  };

  // Resolves when the children of a node are there; asked for once, however often it is opened.
  const load = async (details) => {
    const url = details.dataset.branch;
    if (!url) return;
    delete details.dataset.branch;
    const list = details.querySelector(":scope > ul");
    list.setAttribute("aria-busy", "true");
    try {
      list.replaceChildren(await runlensFragment(url));
    } catch (error) {
      details.dataset.branch = url;
      notLoaded(list, error);
    }
    list.removeAttribute("aria-busy");
    const tree = details.closest(".tree");
    if (tree) describe(tree);
  };

  const open = async (row) => {
    const details = detailsOf(row);
    if (!details) return;
    details.open = true;
    await load(details);
  };

  // What is closed takes no focus with it.
  const close = (row) => {
    if (row !== document.activeElement && row.contains(document.activeElement)) focusOn(row);
    detailsOf(row).open = false;
  };

  document.addEventListener("toggle", async (event) => {
    const row = rowOf(event.target);
    if (!row || event.target !== detailsOf(row)) return;
    row.setAttribute("aria-expanded", String(event.target.open));
    if (event.target.open) await load(event.target);
  }, true);

  // A range offers what comes before it and behind it only where that is not there already.
  const dropWhatIsThere = (more, row) => {
    const place = (other) => Number(other?.dataset.position ?? NaN);
    const rows = [...more.children].filter((child) => child.dataset.position);
    const [before, behind] = [more.firstElementChild, more.lastElementChild];
    if (place(row.previousElementSibling) === place(rows[0]) - 1 && before.matches(".more")) before.remove();
    if (place(row.nextElementSibling) === place(rows.at(-1)) + 1 && behind.matches(".more")) behind.remove();
  };

  // The end of a long list, behind the row that offers what lies between.
  const showLast = async (link, row) => {
    const tree = link.closest(".tree");
    try {
      const last = await runlensFragment(link.href);
      // The row that was clicked offers what lies between.
      last.querySelector("a[data-earlier]")?.closest("li").remove();
      if (!row.nextElementSibling) row.after(last);
      describe(tree);
      focusOn(row.parentElement.lastElementChild);
    } catch {
      link.textContent = "This could not be loaded. Try again";
    }
    delete link.dataset.asked;
  };

  document.addEventListener("click", async (event) => {
    const link = event.target.closest(".tree a[data-more]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    if (link.dataset.asked) return;
    link.dataset.asked = "yes";
    const row = link.closest("li");
    const tree = link.closest(".tree");
    if (link.dataset.last !== undefined) {
      await showLast(link, row);
      return;
    }
    try {
      const more = await runlensFragment(link.href);
      dropWhatIsThere(more, row);
      const first = more.querySelector("li[data-at]");
      if (!row.isConnected) return;
      const hadFocus = row.contains(document.activeElement) || document.activeElement === document.body;
      runlensReplace(row, more);
      describe(tree);
      if (first && hadFocus) focusOn(first);
    } catch {
      delete link.dataset.asked;
      link.textContent = "This could not be loaded. Try again";
    }
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".tree a[data-image]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const image = document.createElement("img");
    image.alt = "The image in this text";
    image.className = "shown-image";
    image.src = link.href;
    image.addEventListener("error", () => image.replaceWith("This could not be shown as an image."));
    link.replaceWith(image);
  });

  document.addEventListener("focusin", (event) => {
    const row = rowOf(event.target);
    if (row && event.target.matches("summary, li")) makeCurrent(row);
  });

  const moves = {
    ArrowDown: (row, all) => all[all.indexOf(row) + 1],
    ArrowUp: (row, all) => all[all.indexOf(row) - 1],
    Home: (row, all) => all[0],
    End: (row, all) => all[all.length - 1],
    ArrowLeft: (row) => {
      if (!detailsOf(row)?.open) return parentOf(row);
      close(row);
      return row;
    },
  };

  const walk = (row, key) => {
    const next = moves[key](row, shownRows(row.closest(".tree")));
    // At the end of what is there, End goes to the end of the list.
    if (key === "End" && next === row) row.querySelector(":scope > a[data-last]")?.click();
    else if (next) focusOn(next);
  };

  const act = async (row) => {
    const details = detailsOf(row);
    // A long text is shown whole first; the arrows open the JSON in it at once.
    const rest = row.querySelector(":scope > a[data-more]");
    if (!details || rest) (rest || row.querySelector(":scope > a"))?.click();
    else if (details.open) close(row);
    else await open(row);
  };

  document.addEventListener("keydown", async (event) => {
    const row = rowOf(event.target);
    // A click on a summary leaves the focus there; it means the same row.
    if (!row || (event.target !== row && event.target !== detailsOf(row)?.querySelector("summary"))) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const details = detailsOf(row);
    if (moves[event.key]) {
      event.preventDefault();
      walk(row, event.key);
    } else if (event.key === "ArrowRight" && details) {
      event.preventDefault();
      if (!details.open) await open(row);
      else focusOn(details.querySelector("li[data-at]") || row);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      await act(row);
    } else if (event.key === "*") {
      event.preventDefault();
      const siblings = [...row.parentElement.children].filter((other) => other.dataset.at !== undefined);
      const here = Math.max(0, siblings.indexOf(row));
      await Promise.all(siblings.slice(here, here + 20).map(open));
    }
  });

  // `j` and `k`: as the arrows, and into the tree from anywhere.
  document.addEventListener("runlens:walk", (event) => {
    const row = rowOf(document.activeElement);
    const tree = currentTree();
    if (row) walk(row, event.detail.key);
    else if (tree) focusOn(tree.querySelector('li[tabindex="0"]') || tree.querySelector("li"));
  });

  const expand = async (tree) => {
    for (const details of [...tree.querySelectorAll("details")]) {
      if (details.dataset.branch && rowsOf(tree).length > ENOUGH_ROWS) {
        runlensSay("Much is open now. Press e again for more.");
        return;
      }
      await open(details.parentElement);
    }
  };

  const collapse = (tree) => {
    const row = rowOf(document.activeElement);
    for (const details of tree.querySelectorAll("details")) details.open = false;
    const top = tree.querySelector(":scope > li > details");
    if (top) top.open = true;
    let shown = row;
    while (shown && !isShown(shown)) shown = parentOf(shown);
    if (shown && shown !== row) focusOn(shown);
  };

  document.addEventListener("runlens:expand", (event) => {
    const tree = currentTree();
    if (tree) (event.detail.open ? expand : collapse)(tree);
  });

  const describeAll = () => document.querySelectorAll(".tree").forEach(describe);
  document.addEventListener("DOMContentLoaded", describeAll);
  document.addEventListener("htmx:afterSwap", describeAll);
  document.addEventListener("runlens:tree", describeAll);
}
