// A form that stays on its page until what was typed is kept: whatever refuses it is said beside it.
"use strict";

{
  const ANSWERED = [200, 401];
  const tell = (form, words) => {
    const said = document.createElement("p");
    said.className = "notice";
    said.setAttribute("role", "alert");
    said.textContent = words;
    form.querySelector("[data-told]")?.replaceChildren(said);
  };
  const why = (status) => {
    if (!status) return "there is no connection to Runlens";
    return status < 500 ? "it cannot be done any more" : "Runlens could not answer";
  };

  // Another answer is a whole page, which has no place in a form.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.requestConfig.elt.matches("[data-typed]") && !ANSWERED.includes(detail.xhr.status)) detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr } }) => {
    if (!elt.matches("[data-typed]") || ANSWERED.includes(xhr.status)) return;
    tell(elt, `This was not kept: ${why(xhr.status)}. What you typed is still here.`);
  });
}
