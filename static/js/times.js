// Moments: on hover and focus each tells the reader's own zone and how long ago it was.
"use strict";

{
  const steps = [[60, "second"], [60, "minute"], [24, "hour"], [30, "day"], [12, "month"], [Infinity, "year"]];
  const ago = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

  const relative = (moment) => {
    let distance = (moment - Date.now()) / 1000;
    for (const [size, unit] of steps) {
      if (Math.abs(distance) < size) return ago.format(Math.round(distance), unit);
      distance /= size;
    }
    return "";
  };

  const local = (moment) =>
    moment.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" }) +
    moment.toLocaleString("en-GB", { timeZoneName: "longOffset" }).replace(/^.*(GMT.*)$/, " $1");

  // A focused row of the tree tells the moment in it.
  const timeOf = (target) =>
    target.closest?.("time[datetime]") || (target.matches?.("li[data-at]") && target.querySelector(":scope > time[datetime]"));

  const tell = (event) => {
    const time = timeOf(event.target);
    if (!time || time.dataset.told || time.dateTime.startsWith("P")) return;
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) return;
    time.dataset.told = "yes";
    const words = `${local(moment)} here · ${relative(moment)}`;
    if (time.dataset.tip) time.dataset.tip += ` · ${words}`;
    else time.title = [time.title, moment.toISOString(), words].filter(Boolean).join(" · ");
  };

  document.addEventListener("pointerover", tell);
  document.addEventListener("focusin", tell);
}
