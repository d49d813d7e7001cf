// The curves over budgets, the line at the chosen budget, and what they say there.

const named = (row) => ({ ...row, model: data.models[row.model] });
const rowsHere = (panel) => curveRows.filter((r) => r.panel === panel && r.dataset === state.dataset);
const shortTitle = (panel) => panel.title.split(":")[0];
const valueTold = (row) => (data.panels[row.panel].key === "gap" ? `${points(row.mean)} points` : percent(row.mean));

const curveCharts = data.panels.map((panel, number) => {
  const host = make("div", { class: "chart", role: "img", "aria-label": `${panel.title}; the figures stand in the tables below` });
  byId("panels").append(make("figure", {}, make("figcaption", {}, panel.title), host));
  const rows = () => rowsHere(number).filter((r) => r.budget !== null && state.shown.has(r.model)).map(named);
  const chart = new Chart(host, rows, () => ({ budget: state.budget }));
  chart.panel = number;
  const pointed = (event) => Math.max(0, Math.min(about().last, Math.round(chart.at(event, "x"))));
  host.addEventListener("pointermove", (event) => chart.view && showTip(chart, pointed(event), event));
  host.addEventListener("pointerleave", hideTip);
  host.addEventListener("click", (event) => chart.view && choose({ budget: pointed(event) }));
  return chart;
});

function showTip(chart, budget, event) {
  const rows = rowsHere(chart.panel).filter((r) => r.budget === budget && state.shown.has(r.model));
  rows.sort((a, b) => b.mean - a.mean);
  const tip = byId("tip");
  tip.replaceChildren(make("p", {}, budgetTold(budget)), make("table", {}, make("tbody", {}, rows.map((row) =>
    make("tr", {}, make("td", {}, sign(row.model)), make("td", {}, data.models[row.model]),
      make("td", { class: "number" }, valueTold(row)))))));
  tip.hidden = false;
  const left = event.clientX + 18 + tip.offsetWidth > innerWidth ? event.clientX - 18 - tip.offsetWidth : event.clientX + 18;
  tip.style.left = `${Math.max(4, left)}px`;
  tip.style.top = `${Math.max(4, Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 4))}px`;
  for (const other of curveCharts) if (other.view) other.view.signal("budget", budget).runAsync();
}

function hideTip() {
  byId("tip").hidden = true;
  for (const chart of curveCharts) chart.update(false);
}

// A value with its standard error, and what is not yet broken where that is more.
function cellOf(row) {
  if (!row) return { node: "–", class: "number" };
  const gap = data.panels[row.panel].key === "gap";
  const told = [gap ? points(row.mean) : percent(row.mean)];
  if (row.seeds > 1) told.push(make("span", { class: "error" }, ` ± ${(100 * row.error).toFixed(1)}`));
  if (row.upper > row.mean + 1e-4) told.push(make("span", { class: "error" }, ` (to ${percent(row.upper)})`));
  const style = gap ? {} : { "--share": row.mean };
  return { node: make("span", {}, told), class: gap ? "number" : "number bar", style };
}

function tellBudget() {
  byId("budget").max = about().last;
  byId("budget").value = state.budget;
  byId("budget").setAttribute("aria-valuetext", budgetTold(state.budget));
  byId("budget-told").textContent = budgetTold(state.budget);
  const caption = `Shares of ${about().tests} test ${word()}s at ${budgetTold(state.budget)}`;
  if (data.models.length === 1) { // a row for each share fits a phone
    const shares = data.panels.map((panel, number) => [shortTitle(panel), cellOf(rowsHere(number).find((r) => r.budget === state.budget))]);
    return fill(byId("readout"), caption, ["Share", { node: "Proven", class: "number" }], shares);
  }
  const columns = ["Model", ...data.panels.map((p) => ({ node: shortTitle(p), class: "number" }))];
  const rows = data.models.map((_, model) => [
    { node: signed(model) },
    ...data.panels.map((_, panel) => cellOf(rowsHere(panel).find((r) => r.model === model && r.budget === state.budget))),
  ]).filter((_, model) => state.shown.has(model) && curveRows.some((r) => r.dataset === state.dataset && r.model === model));
  fill(byId("readout"), caption, columns, rows);
}

function noteCurves() {
  const { seeds, last, unit } = about();
  const bands = seeds.length > 1
    ? `Means over ${seeds.length} seeds; bands are one standard error to either side.`
    : "One seed, so there are no error bands.";
  const open = curveRows.some((r) => r.dataset === state.dataset && r.upper > r.mean + 1e-4)
    ? " A dotted line is what is not yet broken: the truth lies between it and the proven line." : "";
  byId("curves-note").textContent = `${bands}${open} Budgets from 0 to ${last} ${unit === "flips" ? "flipped labels" : "in cost"}. Point at a chart or tap it to read it there.`;
}

function drawCurves() {
  return Promise.all(curveCharts.map((chart) => chart.show(data.specs.all[data.specs.curves[state.dataset][chart.panel]])));
}

byId("budget").addEventListener("input", (event) => choose({ budget: Number(event.target.value) }));
when(["dataset"], () => { drawCurves(); noteCurves(); });
when(["shown"], () => curveCharts.forEach((chart) => chart.update()));
when(["budget"], () => curveCharts.forEach((chart) => chart.update(false)));
when(["dataset", "shown", "budget"], tellBudget);
