// The ranking of models by any of the quantities, on average or at the chosen budget.

const CLEAN = "clean";
const cleanHere = () => data.clean.filter((row) => row[0] === state.dataset);
const ranked = data.panels.map((_, number) => number).filter((number) => data.panels[number].key !== "gap");

const rankingBudget = () => ({ telling: about().telling, chosen: state.budget, average: null })[state.ranking];

function rankBy(column) {
  if (column === CLEAN) return new Map(cleanHere().map(([, model, mean]) => [model, mean]));
  const budget = rankingBudget();
  return new Map(rowsHere(column).filter((r) => r.budget === budget).map((r) => [r.model, r.mean]));
}

function cleanCell(model) {
  const found = cleanHere().find((row) => row[1] === model);
  if (!found) return { node: "–", class: "number" };
  const error = found[3] === null ? "" : ` ± ${(100 * found[3]).toFixed(1)}`;
  const told = make("span", {}, percent(found[2]), make("span", { class: "error" }, error));
  return { node: told, class: "number bar", style: { "--share": found[2] } };
}

function head(column, title) {
  const button = make("button", { type: "button", on: { click: () => choose({ sort: column }) } }, title);
  return { node: button, class: "number", sort: state.sort === column ? "descending" : "none" };
}

// Averages end at the last budget that all models have.
function averageTold() {
  const { common, last } = about();
  if (common === last) return "averaged over all budgets from 1 on";
  return `${common > 1 ? `averaged over the budgets 1 to ${common}` : `at budget ${common}`}, the largest that all models have`;
}

function tellRanking() {
  if (data.models.length < 2) return;
  const budget = rankingBudget();
  const values = [...rankBy(state.sort)].sort((a, b) => b[1] - a[1]);
  const rank = (mean) => 1 + values.filter(([, other]) => other > mean + 1e-9).length;
  const rows = values.map(([model, mean]) => [
    { node: signed(model, `${rank(mean)}.`) },
    ...ranked.map((panel) => cellOf(rowsHere(panel).find((r) => r.model === model && r.budget === budget))),
    cleanCell(model),
  ]);
  const columns = ["Model", ...ranked.map((panel) => head(panel, shortTitle(data.panels[panel]))), head(CLEAN, "Clean accuracy")];
  const where = state.ranking === "average" ? averageTold() : `at ${budgetTold(budget)}`;
  const focused = byId("ranks").contains(document.activeElement);
  fill(byId("ranks"), `Models on ${about().name}, ${where}, with standard errors over seeds. Choose a column to rank by it.`, columns, rows);
  if (focused) byId("ranks").querySelector('[aria-sort="descending"] button').focus();
  byId("ranking-budget").options[0].textContent = `where models differ most, at ${budgetTold(about().telling)}`;
  byId("ranking-budget").options[2].textContent = averageTold();
  byId("ranking-budget").options[1].textContent = `at the chosen budget, ${budgetTold(state.budget)}`;
}

byId("ranking-budget").addEventListener("change", (event) => choose({ ranking: event.target.value }));
when(["dataset", "budget", "sort", "ranking"], tellRanking);
