// The bell: asks rarely what became of this person's watches, and tells it, in the browser too if allowed.
"use strict";

{
  const EVERY_MS = 30_000;
  const bell = document.querySelector(".bell");
  const asks = bell && "Notification" in window && window.isSecureContext;
  const allowed = () => asks && Notification.permission === "granted";
  const told = new Set();
  let live = Number(bell?.dataset.live);
  let first = true;
  let asked = Date.now();
  let asking = false;

  const notify = ({ id, run_id, task, outcome, url }) => {
    if (!allowed()) return;
    // The same tag in another tab replaces this message instead of repeating it.
    const message = new Notification(`${outcome}: ${run_id}`, { body: task, tag: id });
    message.onclick = () => {
      window.focus();
      location.assign(url);
    };
  };

  const show = ({ live: left, unseen, ended }) => {
    live = left;
    bell.querySelector(".bell-number").textContent = unseen;
    bell.querySelector(".bell-count").hidden = !unseen;
    for (const news of ended) {
      // What was unseen when the page came is on it already.
      if (!first && !told.has(news.id)) {
        document.querySelector("#announcer").textContent = `Watch ended. ${news.run_id}: ${news.outcome}`;
        notify(news);
      }
      told.add(news.id);
    }
    first = false;
  };

  const ask = async () => {
    if (asking) return;
    asking = true;
    asked = Date.now();
    try {
      const answer = await fetch(bell.dataset.url, { headers: { Accept: "application/json" }, redirect: "error" });
      if (answer.ok) show(await answer.json());
      // Signed out, or no longer a member: nothing more to ask here.
      else if (answer.status < 500) live = 0;
    } catch {
      // No network: the next turn tries again.
    } finally {
      asking = false;
    }
  };

  // Without watches nothing can change. A hidden page rests, unless somebody wanted to be told there.
  const turn = () => {
    const resting = document.hidden && !allowed();
    if (live && !resting && Date.now() - asked >= EVERY_MS - 500) ask();
  };

  const offer = () => {
    for (const button of document.querySelectorAll("[data-notify]")) {
      const words = button.parentElement.querySelector("[data-notify-told]");
      button.hidden = !asks || Notification.permission !== "default";
      words.hidden = !asks || Notification.permission === "default";
      words.textContent = allowed() ? "Your browser tells you too, as long as a page is open." : "Your browser does not let this site tell you.";
    }
  };

  if (bell) {
    if (live) ask();
    setInterval(turn, EVERY_MS);
    document.addEventListener("visibilitychange", turn);
    document.addEventListener("htmx:afterSwap", offer);
    document.addEventListener("click", async (event) => {
      if (!event.target.closest("[data-notify]")) return;
      await Notification.requestPermission();
      offer();
    });
    offer();
  }
}
