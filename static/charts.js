// The price chart of a product: step lines held to the last observation, gaps where nothing was on offer.
"use strict";
(() => {
  const card = document.getElementById("prices");
  if (!card || typeof Chart === "undefined") return;
  const DASHES = { DE: [], IT: [8, 4], ES: [2, 3], UK: [12, 3, 2, 3], FR: [5, 2] };
  const SYMBOLS = { EUR: "€", GBP: "£" };
  const form = card.querySelector("form");
  const note = document.getElementById("chart-note");
  const buttons = [...card.querySelectorAll("[data-code]")];
  let chart = null;
  let answer = null;

  const ink = (name) => {
    const probe = document.createElement("span");
    probe.style.color = `var(--${name})`;
    card.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
  const isShown = (code) => buttons.some((b) => b.dataset.code === code && b.getAttribute("aria-pressed") === "true");
  const amount = (value, currency) =>
    currency ? `${SYMBOLS[currency] || currency}${(value / 100).toFixed(2)}` : value.toLocaleString("en");

  const dataset = (line) => ({
    label: line.code,
    currency: answer.kind === "rank" ? "" : line.currency,
    data: line.points.map(([x, y]) => ({ x, y })),
    stepped: true,
    spanGaps: false,
    borderColor: ink(line.code),
    borderDash: DASHES[line.code],
    borderWidth: 2,
    pointRadius: 0,
    pointHitRadius: 8,
  });

  // Grey bands where nothing was on offer, drawn only when one marketplace is looked at.
  const bands = (lines) => {
    if (lines.length !== 1) return {};
    const found = {};
    lines[0].points.forEach(([x, y], index, all) => {
      if (y !== null) return;
      const until = index + 1 < all.length ? all[index + 1][0] : answer.to;
      found[`out${index}`] = { type: "box", xMin: x, xMax: until, borderWidth: 0, backgroundColor: ink("line") };
    });
    return found;
  };

  // Bands where the chosen flip would have fired, with an edge at each fire; one that lasted minutes still has its edge.
  const fires = () => {
    const found = {};
    ((answer.fires && answer.fires.spans) || []).forEach(([from, to], index) => {
      const xMin = Math.max(from, answer.from);
      found[`fire${index}`] = { type: "box", xMin, xMax: Math.max(to, xMin), borderWidth: 0, backgroundColor: ink("fire"), drawTime: "beforeDatasetsDraw" };
      found[`edge${index}`] = { type: "line", xMin, xMax: xMin, borderColor: ink("good"), borderWidth: 1 };
    });
    return found;
  };
  const firesNote = () => {
    const place = document.getElementById("chart-fires");
    if (!place) return;
    const { fires: found } = answer;
    place.textContent = !found
      ? ""
      : found.count
        ? `Shaded: when ${found.route} reached ${found.asked}, by what was known then (${found.count === 1 ? "once" : `${found.count} times`} in this range).`
        : `${found.route} never reached ${found.asked} in this range.`;
  };

  const marks = (lines) => {
    const found = { ...fires(), ...bands(lines) };
    const most = Number(card.dataset.line);
    const fits = lines.some((line) => line.currency === card.dataset.lineCurrency);
    if (most && fits && answer.kind !== "rank") {
      const label = { display: true, content: `pay at most ${amount(most, card.dataset.lineCurrency)}`, position: "start", backgroundColor: ink("card"), color: ink("ink"), font: { size: 11 }, padding: 3 };
      found.most = { type: "line", yMin: most, yMax: most, borderColor: ink("muted"), borderWidth: 1, borderDash: [3, 3], label };
    }
    if (answer.break) found.shipping = { type: "line", xMin: answer.break, xMax: answer.break, borderColor: ink("muted"), borderWidth: 1 };
    return found;
  };

  const options = (lines) => ({
    animation: false,
    parsing: false,
    normalized: true,
    maintainAspectRatio: false,
    interaction: { mode: "nearest", axis: "x", intersect: false },
    scales: {
      x: { type: "time", min: answer.from, max: answer.to, time: { tooltipFormat: "d MMM yyyy HH:mm" }, ticks: { color: ink("muted"), maxRotation: 0, autoSkipPadding: 20 }, grid: { display: false } },
      y: { reverse: answer.kind === "rank", grace: "8%", ticks: { color: ink("muted"), callback: (value) => (lines.length ? amount(value, answer.kind === "rank" ? "" : lines[0].currency) : value) }, grid: { color: ink("line") } },
    },
    plugins: {
      legend: { display: false },
      annotation: { annotations: marks(lines) },
      tooltip: { callbacks: { label: (item) => `${item.dataset.label} ${amount(item.parsed.y, item.dataset.currency)}` } },
    },
  });

  const draw = () => {
    const lines = answer.lines.filter((line) => isShown(line.code));
    const starts = lines.map((line) => (line.points.length ? line.points[0][0] : answer.to));
    if (form.days.value === "all") answer.from = Math.min(answer.to - 86400000, ...starts);
    const data = { datasets: lines.map(dataset) };
    if (chart) {
      chart.data = data;
      chart.options = options(lines);
      chart.update();
    } else {
      chart = new Chart(document.getElementById("chart"), { type: "line", data, options: options(lines) });
    }
    firesNote();
    const mixed = new Set(lines.map((line) => line.currency)).size > 1 && answer.kind !== "rank";
    note.textContent = !answer.lines.length
      ? "Keepa has no history of this kind. Choose another series."
      : "A line that stops means nothing was on offer." +
        (answer.break ? " Before the upright line Keepa’s NEW price is without shipping." : "") +
        (mixed ? " Lines are in different currencies." : "");
  };

  const load = async (version) => {
    const asked = new URLSearchParams(new FormData(form));
    if (version) asked.set("version", version);
    try {
      const response = await fetch(`${card.dataset.url}?${asked}`, { cache: "no-store" });
      if (response.status === 204) return;
      if (!response.ok) throw new Error(String(response.status));
      answer = await response.json();
      draw();
    } catch {
      note.textContent = "The chart could not be refreshed; it tries again with the next change.";
    }
  };

  form.addEventListener("change", () => load(""));
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const button of buttons) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      if (answer) draw();
    });
  }
  document.addEventListener("live", (event) => {
    if (event.detail.includes("product") && answer) load(answer.version);
  });
  document.addEventListener("theme", () => answer && draw());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => answer && draw());
  load("");
})();
