// What every script asks the server with: a piece of a page instead of the whole page.
"use strict";

// Rejects when the server does not answer with the piece; `status` then tells why, 0 for no answer,
// and `said` is the sentence that came instead, if one did.
const runlensFragment = async (url) => {
  const response = await fetch(url, { headers: { "X-Fragment": "1" } });
  const template = document.createElement("template");
  template.innerHTML = await response.text();
  if (response.ok) return template.content;
  const said = template.content.querySelector("p[role=alert]")?.textContent;
  throw Object.assign(new Error(response.statusText), { status: response.status, said });
};

// What comes in a row's place stands where the row stood among its siblings.
const runlensReplace = (row, fresh) => {
  const first = fresh.firstElementChild;
  for (const name of ["position", "size"]) {
    if (first && row.dataset[name]) first.dataset[name] = row.dataset[name];
  }
  row.replaceWith(fresh);
};

// Told to screen readers, once.
const runlensSay = (text) => {
  const announcer = document.querySelector("#announcer");
  if (announcer) announcer.textContent = text;
};
