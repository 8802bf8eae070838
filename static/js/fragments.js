// What every script asks the server with: a piece of a page instead of the whole page.
"use strict";

// Rejects when the server does not answer with the piece; `status` then tells why, 0 for no answer.
const runlensFragment = async (url) => {
  const response = await fetch(url, { headers: { "X-Fragment": "1" } });
  if (!response.ok) throw Object.assign(new Error(response.statusText), { status: response.status });
  const template = document.createElement("template");
  template.innerHTML = await response.text();
  return template.content;
};

// Told to screen readers, once.
const runlensSay = (text) => {
  const announcer = document.querySelector("#announcer");
  if (announcer) announcer.textContent = text;
};
