// Comes to a node by a link such as #/items/3/price, also in JSON that a text is (#/reply#/choices/0), and to a
// match of a search, also where nothing was loaded.
"use strict";

// The part of an address that leads to a node: #/items/3 in the output, #payload/id in another value. Each
// further pointer leads on in the JSON that the text there is; no name holds a # of its own, it is encoded.
const runlensHash = (of, ...pointers) => {
  const way = pointers.map((pointer) => encodeURIComponent(pointer).replaceAll("%2F", "/")).join("#");
  return of === "output" || of === "inner" ? `#${way}` : `#${of}${way}`;
};

// Resolves to the node of a value (the output's without `of`), opened, marked and in sight, or to null.
const runlensReveal = (() => {
  const HASH = /^#(error|metadata|payload)?((?:\/.*)?)$/s;

  // The trees of a page by the value that they show; the output's is not drawn in its other views.
  const ownerOf = (of) => {
    if (!of) return document.querySelector("#output [data-shown]") || document.querySelector(".tree[data-branches]");
    return [...document.querySelectorAll(".tree[data-branches]")].find((tree) =>
      new URL(tree.dataset.branches, location.href).searchParams.get("of") === of);
  };
  const treeOf = (owner) => (owner.matches(".tree") ? owner : owner.querySelector(".tree[data-branches]"));

  // The node at a pointer, or the nearest one above it that is drawn.
  const nearest = (tree, pointer) => {
    for (let at = pointer; ; at = at.slice(0, at.lastIndexOf("/"))) {
      const found = [...tree.querySelectorAll(`li[data-at="${CSS.escape(at)}"]`)].find(
        (item) => item.closest("[data-branches]") === tree);
      if (found || !at) return found;
    }
  };

  // Puts what the server drew in place of the part of the tree that lacks it; all else stays as it is.
  const graft = (owner, fresh, pointer) => {
    const tree = treeOf(owner);
    const drawn = fresh.querySelector(".tree");
    drawn.dataset.branches = owner.dataset.branches;
    if (!tree) {
      owner.replaceChildren(drawn);
      for (const choice of document.querySelectorAll("#output .choices a")) {
        if (choice.search === "?view=tree") choice.setAttribute("aria-current", "true");
        else choice.removeAttribute("aria-current");
      }
      return drawn;
    }
    const old = nearest(tree, pointer);
    old.replaceWith(nearest(drawn, old.dataset.at));
    return tree;
  };

  const mark = (item) => {
    for (const other of document.querySelectorAll(".tree .marked")) {
      other.classList.remove("marked");
      other.removeAttribute("id");
    }
    for (let above = item.parentElement.closest("details"); above; above = above.parentElement.closest("details")) {
      above.open = true;
    }
    item.classList.add("marked");
    item.scrollIntoView({ block: "center" });
  };

  // The node at a pointer in the JSON that a text is, its way opened.
  const inside = async (item, pointer) => {
    const details = item.querySelector(":scope > details.inside");
    if (!details) throw Object.assign(new Error("no JSON in it"), { status: 404 });
    const list = details.querySelector(":scope > ul");
    let found = nearest(list, pointer);
    if (found?.dataset.at !== pointer) {
      const fresh = await runlensFragment(`${list.dataset.branches}&at=${encodeURIComponent(pointer)}&reveal`);
      delete details.dataset.branch;
      list.replaceChildren(...fresh.querySelector(".tree > li > details > ul").children);
      found = nearest(list, pointer);
    }
    details.open = true;
    return found;
  };

  // A long text is shown whole, since what was looked for may stand at its end.
  const unfolded = async (item) => {
    const link = item.querySelector(":scope > a[data-more]");
    if (!link) return item;
    try {
      const fresh = await runlensFragment(link.href);
      const whole = fresh.querySelector("li");
      const hadFocus = item.contains(document.activeElement);
      runlensReplace(item, fresh);
      if (hadFocus) {
        whole.tabIndex = 0;
        whole.focus({ preventScroll: true });
      }
      return whole;
    } catch {
      return item;
    }
  };

  const missing = (owner, error) => {
    const words = error.status === 404 ? "That part of the value is not there." : "That part could not be loaded. Try again.";
    runlensSay(words);
    const note = document.querySelector("[data-missing]") || document.createElement("p");
    note.dataset.missing = "";
    note.className = "notice";
    note.textContent = words;
    owner.before(note);
    note.scrollIntoView({ block: "center" });
  };

  // Whoever walks on before an answer has come wants the last node asked for, in whatever order the
  // answers arrive.
  let lastAsked = 0;
  const reveal = async (of, pointer, takeFocus, within = []) => {
    const asked = ++lastAsked;
    const owner = ownerOf(of);
    if (!owner?.dataset.branches) return null;
    let tree = treeOf(owner);
    let item = tree && nearest(tree, pointer);
    if (item?.dataset.at !== pointer) {
      try {
        const url = `${owner.dataset.branches}&at=${encodeURIComponent(pointer)}&reveal`;
        const fresh = await runlensFragment(url);
        if (asked !== lastAsked) return null;
        const hadFocus = owner.contains(document.activeElement);
        tree = graft(owner, fresh, pointer);
        takeFocus ||= hadFocus && !owner.contains(document.activeElement);
      } catch (error) {
        if (asked === lastAsked) missing(owner, error);
        return null;
      }
      item = nearest(tree, pointer);
    }
    try {
      for (const inner of within) item = await inside(item, inner);
    } catch (error) {
      if (asked === lastAsked) missing(owner, error);
      return null;
    }
    item = await unfolded(item);
    if (asked !== lastAsked) return null;
    document.querySelector("[data-missing]")?.remove();
    document.dispatchEvent(new CustomEvent("runlens:tree"));
    mark(item);
    if (takeFocus) item.focus({ preventScroll: true });
    return item;
  };

  const revealAddressed = () => {
    let [hash, ...within] = location.hash.slice(1).split(/#(?=[/])/);
    try {
      [hash, ...within] = [hash, ...within].map(decodeURIComponent);
    } catch {
      // A hash that was never encoded is taken as it stands.
    }
    const [, of, pointer] = HASH.exec(`#${hash}`) || [];
    if (of || pointer) reveal(of, pointer, true, within);
  };

  document.addEventListener("DOMContentLoaded", revealAddressed);
  addEventListener("hashchange", revealAddressed);
  // A result that has just come may hold what the address names.
  document.addEventListener("htmx:afterSwap", () => {
    if (!document.querySelector(".tree .marked, [data-missing]")) revealAddressed();
  });

  return reveal;
})();
