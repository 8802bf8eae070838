// The box that finds runs: Enter looks up, Shift+Enter begins a new line, as in a box of one line.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  if (!event.target.matches?.("textarea[data-enter]")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
