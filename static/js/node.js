// One node of the tree: copy its value, its path or a link to it, or share it.
"use strict";

{
  const ownerOf = (item) => item.closest("[data-branches]");
  const addressOf = (item, more) => {
    const base = ownerOf(item)?.dataset.branches;
    return base && `${base}&at=${encodeURIComponent(item.dataset.at)}${more}`;
  };

  const answered = async (url) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(response.statusText);
    return response;
  };

  const copied = async (what, text) => {
    const done = await runlensCopy(text);
    runlensSay(done ? `${what} copied` : "Copying failed");
    return done;
  };

  const copyValue = (item) =>
    copied("Value", async () => (await answered(addressOf(item, "&as=text"))).text());

  // What has to be known of the path that was copied stands beside the buttons.
  const note = document.createElement("span");
  note.className = "note-on-path";
  const copyPath = async (item, kind) => {
    let paths = {};
    const done = await copied("Path", async () => {
      paths = await (await answered(addressOf(item, "&as=paths"))).json();
      return paths[kind];
    });
    note.textContent = done && item === current ? paths.note ?? "" : "";
    if (note.textContent) runlensSay(`Path copied. ${note.textContent}`);
    return done;
  };

  const askedOf = (item) => new URL(ownerOf(item)?.dataset.branches ?? "", location.href).searchParams;

  // Into the JSON that a text is, it leads by way of the text.
  const copyLink = (item) => {
    const asked = askedOf(item);
    return copied("Link", async () => {
      const url = new URL(location.href);
      url.search = "";
      url.hash = runlensHash(asked.get("of"), ...asked.getAll("in"), item.dataset.at);
      return url.href;
    });
  };

  const tools = document.createElement("div");
  tools.className = "node-tools";
  tools.hidden = true;
  tools.setAttribute("role", "toolbar");
  tools.setAttribute("aria-label", "This value");
  const copy = document.createElement("span");
  copy.className = "copies";
  copy.textContent = "Copy";
  const actions = {
    Value: copyValue,
    Link: copyLink,
    JSONPath: (item) => copyPath(item, "jsonpath"),
    jq: (item) => copyPath(item, "jq"),
    JavaScript: (item) => copyPath(item, "javascript"),
    Python: (item) => copyPath(item, "python"),
  };
  let current = null;

  // Only members have it, and only for the output: the page says where a link to a part is made.
  const share = document.createElement("button");
  share.type = "button";
  share.className = "quiet";
  share.textContent = "Share";
  share.setAttribute("aria-label", "Share this part…");
  share.title = "Share this part…";
  const shareAddress = (item) => {
    const owner = ownerOf(item);
    const base = owner?.dataset.share || (owner?.matches(".tree") && owner.parentElement.dataset.share);
    return base && item.dataset.at && `${base}?scope=part&pointer=${encodeURIComponent(item.dataset.at)}`;
  };
  share.addEventListener("click", (event) => {
    event.stopPropagation();
    const address = shareAddress(current);
    if (address) location.assign(address);
  });

  // What a list of objects is offered as beside its name, for whoever walks by keyboard.
  const table = document.createElement("button");
  table.type = "button";
  table.className = "quiet";
  table.textContent = "Table";
  table.setAttribute("aria-label", "Show as a table");
  const tableLink = (item) => item.querySelector(":scope > a[data-table]");
  table.addEventListener("click", (event) => {
    event.stopPropagation();
    tableLink(current)?.click();
  });

  // Said on the button, whether it or a key was pressed.
  const buttons = {};
  const act = async (label, item) => {
    const done = await actions[label](item);
    buttons[label].textContent = done ? "Copied" : "Failed";
    tools.classList.add("said");
    setTimeout(() => {
      buttons[label].textContent = label;
      tools.classList.remove("said");
    }, 2000);
  };

  for (const label of Object.keys(actions)) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = label;
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      act(label, current);
    });
    buttons[label] = button;
    tools.append(button);
  }
  tools.append(copy, table, share, note);

  const show = (item) => {
    const tree = item.closest(".tree");
    if (!ownerOf(item)?.dataset.branches) return;
    if (item !== current) note.textContent = "";
    current = item;
    share.hidden = !shareAddress(item);
    table.hidden = !tableLink(item);
    if (tools.parentElement !== tree.parentElement) tree.after(tools);
    const line = item.querySelector(":scope > details:not(.inside) > summary") || item;
    tools.hidden = false;
    // Beside a text that is higher than the window they stand where it is seen.
    const { top, bottom } = line.getBoundingClientRect();
    const bar = document.querySelector(".search-bar")?.getBoundingClientRect().bottom ?? 0;
    const seen = bottom > bar + tools.offsetHeight ? Math.max(top, bar) : top;
    // The policy forbids style attributes in the page's text; a script may set properties.
    tools.style.top = `${window.scrollY + seen - 2}px`;
    tools.style.right = `${document.documentElement.clientWidth - tree.getBoundingClientRect().right + 4}px`;
  };

  const shown = (event) => {
    const item = event.target.closest?.(".tree li[data-at]");
    if (item && item !== current) show(item);
  };
  document.addEventListener("pointerover", shown);
  document.addEventListener("focusin", shown);
  document.addEventListener("pointerdown", (event) => {
    if (!event.target.closest?.(".tree, .node-tools")) {
      tools.hidden = true;
      current = null;
    }
  });
  tools.addEventListener("keydown", (event) => {
    if (event.key === "Escape") current?.focus();
  });

  document.addEventListener("runlens:copy-node", (event) => {
    const item = document.activeElement.closest?.(".tree li[data-at]") || current;
    if (!item?.isConnected || !ownerOf(item)?.dataset.branches) return;
    show(item);
    act(event.detail.what === "value" ? "Value" : "JSONPath", item);
  });
}
