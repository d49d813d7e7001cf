// What the reader has chosen, and who wants to know.

const state = {
  dataset: 0,
  shown: new Set(data.models.map((_, i) => i).slice(0, 10)),
  budget: 1,
  sort: 0, // number of the panel that the ranking goes by, or "clean"
  ranking: "telling", // the budget that it goes by: "telling", "chosen" or "average"
  scene: null,
  model: 0,
  test: 0,
};

const listeners = [];

// Calls act(changed) whenever one of the named parts changes.
function when(parts, act) {
  listeners.push([parts, act]);
}

function choose(changes) {
  const changed = new Set(Object.keys(changes).filter((part) => state[part] !== changes[part]));
  Object.assign(state, changes);
  for (const [parts, act] of listeners) if (parts.some((part) => changed.has(part))) act(changed);
}

const about = () => data.datasets[state.dataset];
const scenesHere = () => data.scenes.filter((scene) => scene.dataset === about().name);
// What the user's table calls a node, or else its number.
const called = (node) => state.scene.ids[node] ?? String(node);
// What the data call a node: node, row, point.
const word = () => state.scene.word;
const verdicts = () => state.scene.verdicts.find((v) => v.model === data.models[state.model]);

// A data set brings its own scenes, models and budgets.
function enter(dataset) {
  const scene = data.scenes.find((s) => s.dataset === data.datasets[dataset].name);
  const { last, telling } = data.datasets[dataset];
  const model = modelIn(scene);
  choose({ dataset, scene, budget: Math.min(telling, last), model, test: weakestIn(scene, model) });
}

function modelIn(scene) {
  const names = scene.verdicts.map((v) => v.model);
  return names.includes(data.models[state.model]) ? state.model : data.models.indexOf(names[0]);
}

// The first of the shown tests that the fewest flips break: what a reader has to see first.
function weakestIn(scene, model) {
  if (scene.tests.includes(data.first)) return scene.tests.indexOf(data.first);
  const v = scene.verdicts.find((w) => w.model === data.models[model]);
  const worse = (s, t) => v.radius_upper[s] - v.radius_upper[t] || v.radius[s] - v.radius[t] || s - t;
  return scene.tests.map((_, t) => t).sort(worse)[0] ?? 0;
}

function enterScene(scene) {
  const model = modelIn(scene);
  choose({ scene, model, test: weakestIn(scene, model) });
}

function budgetTold(budget) {
  const { unit, labels } = about();
  if (unit !== "flips") return `a cost of ${budget}`;
  return `${plural(budget, "flip")} (${Number((100 * budget / labels).toPrecision(2))} % of ${labels} labels)`;
}
