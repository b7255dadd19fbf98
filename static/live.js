// Keeps pages live: asks the pulse while the tab is seen, and lets only the panels it names fetch themselves.
"use strict";
(() => {
  const EVERY = 1500;
  const STALE_AFTER = 3;
  const pill = document.getElementById("live");
  let since = "";
  let failures = 0;
  let askedAt = 0;
  let timer = 0;
  let paused = false;

  const show = (text, kind) => {
    pill.hidden = false;
    pill.className = `pill ${kind}`;
    if (pill.textContent !== text) pill.textContent = text;
  };

  const ask = async () => {
    const fresh = Date.now() - askedAt < 2 * EVERY;
    const response = await fetch(`/ui/pulse?since=${since}${fresh ? "&fresh=1" : ""}`, { cache: "no-store" });
    if (response.status === 401) return location.reload();
    if (!response.ok) throw new Error(`pulse answered ${response.status}`);
    askedAt = Date.now();
    if (response.status === 204) return;
    const answer = await response.json();
    const first = since === "";
    since = answer.since;
    if (first) return;
    for (const panel of answer.panels) htmx.trigger(document.body, `live-${panel}`);
    document.dispatchEvent(new CustomEvent("live", { detail: answer.panels }));
  };

  const beat = async () => {
    clearTimeout(timer);
    if (document.hidden || paused) return;
    try {
      await ask();
      failures = 0;
      show("live", "good");
    } catch {
      failures += 1;
      if (failures >= STALE_AFTER) show("not live: no answer from the server", "bad");
    }
    timer = setTimeout(beat, failures ? EVERY * Math.min(failures + 1, 10) : EVERY);
  };

  // Reading in peace: the button stops the refreshing; going on fetches what changed meanwhile.
  if (pill) {
    pill.addEventListener("click", () => {
      paused = !paused;
      if (paused) show("paused", "warned");
      beat();
    });
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) beat();
  });

  // Unsafe methods carry the CSRF token of the page; both names of the event, for HTMX 2 and 4.
  const sign = (event) => {
    const { headers, verb } = event.detail;
    if (headers && verb !== "get") headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
  };
  document.addEventListener("htmx:configRequest", sign);
  document.addEventListener("htmx:config:request", sign);

  // A panel that failed says so in itself and offers to try again; the rest stays live.
  const SENTENCES = { 403: "You may not see this.", 404: "This is gone.", 429: "Too many requests; wait a moment." };
  const failed = (event) => {
    const panel = event.detail.target || event.target;
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    if (status === 401 || !panel || panel.querySelector(":scope > .chip")) return;
    const chip = document.createElement("p");
    chip.className = "chip banner warn";
    chip.setAttribute("role", "status");
    chip.textContent = SENTENCES[status] || "This part could not be refreshed. ";
    const again = document.createElement("button");
    again.type = "button";
    again.textContent = "Try again";
    again.addEventListener("click", () => location.reload());
    chip.append(again);
    panel.prepend(chip);
  };
  document.addEventListener("htmx:responseError", failed);
  document.addEventListener("htmx:sendError", failed);

  // Ages go on by themselves between two refreshes.
  const UNITS = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const grow = () => {
    if (document.hidden) return;
    for (const time of document.querySelectorAll("time[datetime]")) {
      const seconds = Math.floor((Date.now() - Date.parse(time.dateTime)) / 1000);
      const unit = UNITS.find(([size]) => seconds >= size);
      if (unit && !time.textContent.startsWith("in ")) time.textContent = `${Math.floor(seconds / unit[0])} ${unit[1]} ago`;
    }
  };
  setInterval(grow, 10000);

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    document.getElementById("find").focus();
  });

  if (pill) beat();
})();
