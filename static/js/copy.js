// Copy buttons. They work on plain http too, and say so when copying failed.
"use strict";

const textOf = async (button) => {
  const { copy, copyFrom, copyUrl, copyAddress } = button.dataset;
  if (copyFrom) return document.querySelector(copyFrom).textContent;
  if (copyAddress) return new URL(copyAddress, location.href).href;
  if (copyUrl) {
    const response = await fetch(copyUrl, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(response.statusText);
    return response.text();
  }
  return copy;
};

// The clipboard API exists only on https and localhost.
const copyBySelection = (text) => {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before?.focus({ preventScroll: true });
  if (!done) throw new Error("the browser refused");
};

const copy = async (text) => {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch {
      // Refused without a permission; the older way may still be allowed.
    }
  }
  copyBySelection(text);
};

// For other scripts: copies what `text` resolves to; false when the browser refused or it failed.
const runlensCopy = async (text) => {
  try {
    await copy(await text());
    return true;
  } catch {
    return false;
  }
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  const label = button.dataset.label || button.textContent;
  button.dataset.label = label;
  try {
    await copy(await textOf(button));
    button.textContent = "Copied";
  } catch {
    button.textContent = "Copying failed";
  }
  button.focus();
  setTimeout(() => { button.textContent = label; }, 2000);
});
