// A page whose run has not ended: asks again when it is time, only in a tab that is seen and one question
// at a time, and says so every second. The server decides when; without this script the page reloads itself.
"use strict";

{
  const place = () => document.querySelector("#run-progress");
  const poller = () => document.querySelector("[data-poll]");
  const announcer = () => document.querySelector("#announcer");
  let element = null;
  let next = 0;
  let checkedAt = null;
  let inFlight = null;
  let paused = false;
  let wanted = false;
  let failures = 0;
  let trouble = "";
  let outdated = false;
  let renewed = false;
  let announced = null;

  const OUTDATED = "reload this page to check by hand: you signed in anew since it was opened";

  // Who pauses and then checks by hand still gets the answer to that.
  const rests = () => paused && !wanted;

  const seconds = (ms) => Math.max(0, Math.round(ms / 1000));

  const ago = (ms) => {
    const s = seconds(ms);
    return s < 90 ? `${s} s ago` : `${Math.round(s / 60)} min ago`;
  };

  // What the server sent counts from the moment at which it came.
  const adopt = () => {
    element = poller();
    if (!element || element.dataset.adopted) return;
    element.dataset.adopted = "yes";
    const now = Date.now();
    next = now + Number(element.dataset.poll) * 1000;
    if (element.dataset.asking === undefined) wanted = false;
    checkedAt = element.dataset.checked === undefined ? null : now - Number(element.dataset.checked) * 1000;
    const pause = element.querySelector("[data-pause]");
    if (pause) {
      pause.hidden = false;
      pause.textContent = paused ? "Resume" : "Pause";
    }
    speak();
  };

  const words = (now) => {
    const parts = [];
    if (element.dataset.label) parts.push(element.dataset.label);
    if (checkedAt !== null) parts.push(`checked ${ago(now - checkedAt)}`);
    if (rests()) parts.push("paused");
    else if (failures) parts.push(`${trouble}, trying again in ${seconds(next - now)} s`);
    else if (inFlight || element.dataset.asking !== undefined) parts.push("asking now");
    else parts.push(`next in ${seconds(next - now)} s`);
    if (outdated) parts.push(OUTDATED);
    return parts.join(" · ");
  };

  const ask = () => {
    if (!inFlight && !rests() && element?.isConnected) htmx.trigger(element, "runlens:poll");
  };

  const clock = (ms) => {
    const s = seconds(ms);
    const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
    const two = (number) => String(number).padStart(2, "0");
    return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
  };

  const tick = () => {
    const now = Date.now();
    if (!element?.isConnected) return;
    const state = document.querySelector("#run-state[data-since]");
    if (state) document.title = state.dataset.title.replace("%s", clock(now - new Date(state.dataset.since)));
    const shown = element.querySelector("[data-words]");
    if (shown) shown.textContent = words(now);
    // A tab that was hidden, and a machine that slept, come back with one question.
    if (now >= next && !document.hidden) ask();
  };

  // Screen readers are told when the state changes, and only then: not at every question.
  const speak = () => {
    const state = document.querySelector("#run-state");
    const told = state?.dataset.state ?? document.querySelector("[data-summary]")?.textContent.trim();
    if (told === undefined) return;
    if (announced !== null && announced !== told) announcer().textContent = state ? `The run is now: ${told}` : told;
    announced = told;
    const icon = document.querySelector("link[rel=icon]");
    if (icon && state && icon.getAttribute("href") !== state.dataset.icon) icon.href = state.dataset.icon;
  };

  // A form of an earlier sign-in is refused with what it lacks, and sent once more: asking needs no second thought.
  const renew = (answer) => {
    const fresh = new DOMParser().parseFromString(answer, "text/html").querySelector("[name=csrfmiddlewaretoken]");
    const form = place()?.querySelector("form[hx-post]");
    if (renewed || !fresh || !form) return false;
    renewed = true;
    form.querySelector("[name=csrfmiddlewaretoken]").value = fresh.value;
    setTimeout(() => form.requestSubmit());
    return true;
  };

  // What was pressed in vain is said aloud, and also where nothing else is written any more.
  const excuse = (words) => {
    announcer().textContent = `This was not asked: ${words}`;
    const shown = place()?.querySelector("[data-words]");
    if (shown && !element?.isConnected) shown.textContent = `This was not asked: ${words}.`;
  };

  document.addEventListener("htmx:beforeRequest", ({ detail: { elt, xhr } }) => {
    if (!place()?.contains(elt)) return;
    inFlight = xhr;
    if (elt !== element) wanted = true;
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { xhr, successful, requestConfig } }) => {
    // The element that asked may have been replaced by the answer already.
    if (xhr !== inFlight) return;
    inFlight = null;
    const byHand = requestConfig.verb === "post";
    if (successful || xhr.status === 401 || xhr.status === 404) {
      failures = 0;
      if (byHand) outdated = renewed = false;
      return;
    }
    // What only looks goes on.
    if (xhr.status === 403 && byHand) {
      if (renew(xhr.responseText)) return;
      outdated = true;
      wanted = false;
      excuse(OUTDATED);
      return;
    }
    failures += 1;
    trouble = xhr.status ? "Runlens could not answer" : "no connection to Runlens";
    next = Date.now() + Math.min(2000 * 2 ** (failures - 1), 30_000);
    if (byHand) excuse(trouble);
  });

  // What somebody has opened stays open when the part around it is brought anew.
  const open = new Map();
  document.addEventListener("htmx:oobBeforeSwap", ({ detail: { target } }) => {
    open.set(target.id, [...target.querySelectorAll("details")].map((details) => details.open));
  });
  document.addEventListener("htmx:oobAfterSwap", ({ detail: { target } }) => {
    const fresh = document.getElementById(target.id);
    const states = open.get(target.id) ?? [];
    const all = [...(fresh?.querySelectorAll("details") ?? [])];
    if (all.length === states.length) all.forEach((details, index) => { details.open = states[index]; });
  });

  document.addEventListener("htmx:afterSettle", () => {
    adopt();
    speak();
    tick();
  });

  // A button that is gone with the state it belonged to leaves the focus on the name of the run.
  let hadFocus = false;
  document.addEventListener("htmx:beforeSwap", () => { hadFocus = document.activeElement !== document.body; });
  document.addEventListener("htmx:afterSwap", () => {
    if (hadFocus && document.activeElement === document.body) document.querySelector("#run-panel h1")?.focus();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-pause]");
    if (!button) return;
    paused = !paused;
    button.textContent = paused ? "Resume" : "Pause";
    tick();
  });

  document.addEventListener("visibilitychange", tick);
  addEventListener("pageshow", tick);
  addEventListener("online", () => {
    if (failures) next = Date.now();
    tick();
  });

  document.addEventListener("DOMContentLoaded", () => {
    adopt();
    tick();
    setInterval(tick, 1000);
  });
}
