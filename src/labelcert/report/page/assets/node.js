// What is known of one prediction, in words and tables, and the choice of it.

const MOST_LABELS = 40; // of a witness that are listed
const FEW_LABELS = 6; // of them in the table of all

const witnessOf = (v, t) => (v.witness[t] === null ? null : v.witness[t].map((i, k) => ({
  node: state.scene.labeled[i], from: state.scene.labels[i], to: v.new_labels[t][k],
})));

function wordsOfRadius(v, t) {
  const low = v.radius[t], high = v.radius_upper[t];
  const unit = state.scene.unit === "flips" ? ["flip", "flips"] : ["unit of cost", "units of cost"];
  const told = radiusTold(low, high, v.max_flips, v.below);
  if (low === high && low < 0 && told === "broken") return `${told}: bad groups alone break it`;
  if (low === high && low < 0) return `${told}: the clean prediction is undecided and counts as broken`;
  if (low === high && low === v.max_flips) return `${told}: survives all ${plural(low, ...unit)} that were tried, or more`;
  if (low === high && low === 0) return `${told}: a single ${unit[0]} can break it`;
  if (low === high) return `${told}: survives any ${plural(low, ...unit)}, and ${low + 1} can break it`;
  return `${told}: ${Math.max(low, 0)} are proven, ${high + 1} ${high === v.max_flips ? "were not tried" : "break it"}, what lies between is open`;
}

function witnessPart(v, t) {
  const found = witnessOf(v, t);
  if (found === null) return make("p", {}, "No labels are known that break this prediction within the budgets that were certified.");
  if (!found.length) return make("p", {}, "Nothing needs to be flipped: it is a tie as it is.");
  const table = make("table", { id: "witness" });
  const some = found.length > MOST_LABELS ? ` (the first ${MOST_LABELS} of them)` : "";
  fill(table, `${plural(found.length, "label")} whose change breaks this prediction${some}`, [`Labeled ${word()}`, "Label", "Changed to"],
    found.slice(0, MOST_LABELS).map((w) => [called(w.node), w.from, w.to]));
  return table;
}

function neighbourPart(t) {
  const { neighbours, degrees, labeled, labels } = state.scene;
  if (!neighbours) return null;
  const told = neighbours[t].map((node) => {
    const i = labeled.indexOf(node);
    return i < 0 ? called(node) : `${called(node)} (labeled ${labels[i]})`;
  });
  const more = degrees[t] > told.length ? `, and ${degrees[t] - told.length} more` : "";
  return make("p", {}, make("strong", {}, `${plural(degrees[t], "neighbour")}: `), (told.join(", ") || "none") + more);
}

// Nobody is wrong where nobody knows what is right.
const isWrong = (v, t) => state.scene.truth[t] !== null && v.prediction[t] !== state.scene.truth[t];

function tellNode() {
  const { tests, truth } = state.scene, v = verdicts(), t = state.test;
  if (!tests.length) return byId("node-facts").replaceChildren(make("p", {}, `There are no test ${word()}s.`));
  const wrong = isWrong(v, t);
  const verdict = truth[t] === null ? "" : wrong ? ", which is wrong" : ", which is right";
  const said = v.prediction[t] + verdict;
  byId("node-facts").replaceChildren(...[
    make("h3", { id: "node-facts-title" }, `Test ${word()} ${called(tests[t])}`),
    make("dl", { class: "facts" }, make("dt", {}, "Model"), make("dd", {}, v.model),
      make("dt", {}, "True label"), make("dd", {}, truth[t] ?? "unknown"),
      make("dt", {}, "Prediction"), make("dd", { class: wrong ? "wrong" : null }, said),
      make("dt", {}, "Radius"), make("dd", { id: "node-radius" }, wordsOfRadius(v, t))),
    witnessPart(v, t), neighbourPart(t)].filter((part) => part !== null));
}

function tableOfTests() {
  if (!byId("tests-box").open) return;
  const { tests, truth } = state.scene, v = verdicts();
  const order = tests.map((_, t) => t).sort((s, t) => v.radius[s] - v.radius[t] || v.radius_upper[s] - v.radius_upper[t] || s - t);
  const rows = order.map((t) => {
    const node = tests[t], found = witnessOf(v, t);
    const broken = found === null ? "none known" : found.slice(0, FEW_LABELS).map((w) => `${called(w.node)} to ${w.to}`).join(", ") + (found.length > FEW_LABELS ? `, and ${found.length - FEW_LABELS} more` : "") || "a tie as it is";
    return [called(node), truth[t] ?? "unknown", { node: v.prediction[t], class: isWrong(v, t) ? "wrong" : null },
      radiusTold(v.radius[t], v.radius_upper[t], v.max_flips, v.below), broken];
  });
  fill(byId("tests-table"), `Test ${word()}s under ${v.model}`, [`Test ${word()}`, "True label", "Prediction", "Radius", `Broken by changing labeled ${word()}s`], rows);
}

function offerNodes() {
  const v = verdicts();
  options(byId("node-choice"), state.scene.tests.map((node, t) =>
    [t, `${word()} ${called(node)}, radius ${radiusTold(v.radius[t], v.radius_upper[t], v.max_flips, v.below)}`]), state.test);
  options(byId("node-model"), state.scene.verdicts.map((w) => [data.models.indexOf(w.model), w.model]), state.model);
}

function nameNodes() {
  byId("node-label").textContent = `Test ${word()}`;
  byId("tests-summary").textContent = `All test ${word()}s under this model as a table`;
  byId("node-before").setAttribute("aria-label", `Previous test ${word()}`);
  byId("node-after").setAttribute("aria-label", `Next test ${word()}`);
}

function step(by) {
  const count = state.scene.tests.length;
  if (count) choose({ test: (state.test + by + count) % count });
}

byId("node-choice").addEventListener("change", (event) => choose({ test: Number(event.target.value) }));
byId("node-model").addEventListener("change", (event) => choose({ model: Number(event.target.value) }));
byId("node-before").addEventListener("click", () => step(-1));
byId("node-after").addEventListener("click", () => step(1));
byId("tests-box").addEventListener("toggle", tableOfTests);
when(["scene", "model"], () => { nameNodes(); offerNodes(); tableOfTests(); });
when(["test"], () => { byId("node-choice").value = state.test; });
when(["scene", "model", "test"], tellNode);
