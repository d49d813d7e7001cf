// Where there is one model: test nodes as cells, a band for each radius, the weakest first. The length
// of a band is how many predictions have that radius, or how many of these are shown where there are
// many, and every cell is large enough to tap.

const MOST_BANDS = 25;
const SHORT_NAME = 5; // letters that fit into a cell

const alone = data.models.length === 1;

// The smallest of 1, 2, 5, 10, … with which few enough bands reach from 0 to top.
function bandWidth(top) {
  for (let scale = 1; ; scale *= 10)
    for (const step of [1, 2, 5]) if (Math.floor(top / (step * scale)) < MOST_BANDS) return step * scale;
}

// Tests by band, bands ascending and without empty ones, tests in them by radius.
function bands(v) {
  const wide = (v.bins || []).find((bin) => bin[0] >= 0); // of many test nodes the bands are the bars
  const width = wide ? wide[1] - wide[0] + 1 : bandWidth(Math.max(0, ...v.radius)), found = new Map(), weakest = weakestIn(state.scene, state.model);
  const order = v.radius.map((_, t) => t).sort((s, t) => v.radius[s] - v.radius[t] || v.radius_upper[s] - v.radius_upper[t] || (t === weakest) - (s === weakest) || s - t);
  for (const t of order) {
    const at = v.radius[t] < 0 ? -1 : Math.floor(v.radius[t] / width);
    if (!found.has(at)) found.set(at, []);
    found.get(at).push(t);
  }
  return [...found].map(([at, tests]) => ({ tests, first: at < 0 ? -1 : at * width, last: at < 0 ? -1 : Math.min((at + 1) * width - 1, v.max_flips) }));
}

function bandTold({ first, last }, v) {
  if (first < 0) return v.radius.every((r, t) => r >= 0 || v.radius_upper[t] < 0) ? v.below : "not proven";
  if (first === last) return radiusTold(first, first, v.max_flips);
  return `${first} to ${radiusTold(last, last, v.max_flips)}`;
}

// How many there are, and of how many where only some are shown.
function bandCount({ tests, first }, v) {
  const bar = (v.bins || []).find((bin) => bin[0] === first);
  return bar ? `${tests.length} of ${plural(bar[2] + bar[3], word())}` : plural(tests.length, word());
}

function cellOfTest(v, t) {
  const name = called(state.scene.tests[t]), open = v.radius[t] < v.radius_upper[t];
  const told = `${word()} ${name}, radius ${radiusTold(v.radius[t], v.radius_upper[t], v.max_flips, v.below)}${isWrong(v, t) ? ", predicted wrong" : ""}`;
  const cell = make("button", { type: "button", class: "cell", title: told, "aria-label": told, "data-test": t, on: { click: () => choose({ test: t }) } },
    (name.length <= SHORT_NAME ? name : "") + (open ? " ·" : "") + (isWrong(v, t) ? " ×" : ""));
  cell.style.setProperty("background", shade(v.radius[t]));
  cell.style.setProperty("color", ink(v.radius[t]));
  return cell;
}

function drawStrip() {
  byId("strip").hidden = !alone;
  if (!alone) return;
  const v = verdicts();
  byId("strip").replaceChildren(...bands(v).map((band) => make("div", { class: "band" },
    make("p", { class: "band-name" }, make("strong", {}, `Radius ${bandTold(band, v)}`), make("span", { class: "quiet" }, ` ${bandCount(band, v)}`)),
    make("div", { class: "cells" }, band.tests.map((t) => cellOfTest(v, t))))));
  markChosen();
}

function markChosen() {
  for (const cell of byId("strip").querySelectorAll(".cell")) cell.setAttribute("aria-pressed", String(Number(cell.dataset.test) === state.test));
}

when(["scene", "shown"], drawStrip);
when(["test"], markChosen);
