// The heat map of radii, its key, and the same as a table; of many test nodes how radii are distributed.

const SHADES = 16;

const number = (radius) => Math.round((SHADES * radius) / about().top);
const shade = (radius) => (radius < 0 ? "var(--tie)" : `var(--shades-${number(radius)})`);
const ink = (radius) => (radius < 0 ? "var(--tie-ink)" : `var(--inks-${number(radius)})`);

// Of many test nodes each model has bins: first and last radius, how many predictions are right, wrong.
const many = () => state.scene.verdicts.some((v) => v.bins);
const binTold = ([first, last]) => (first < 0 ? "not proven" : first === last ? String(first) : `${first} to ${last}`);
const barRows = () => shownVerdicts().flatMap((v) => (v.bins || []).flatMap((bin) =>
  ["right", "wrong"].map((kind, i) => ({ model: v.model, told: binTold(bin), kind, count: bin[2 + i] }))));

// Test nodes in the order that they are drawn in: those that survive least under the shown models first.
function weakestFirst() {
  const sum = (t) => shownVerdicts().reduce((total, v) => total + v.radius[t], 0);
  return state.scene.tests.map((_, t) => t).sort((s, t) => sum(s) - sum(t) || s - t);
}

function heatRows() {
  if (many()) return barRows();
  const { tests } = state.scene;
  const written = tests.length <= data.mostMarked && byId("heat").clientWidth / tests.length > 26;
  const mark = (v, t) => (written ? radiusTold(v.radius[t], v.radius_upper[t], v.max_flips, v.below).replace(" to ", "–") : "");
  return shownVerdicts().flatMap((v) => weakestFirst().map((t) => ({
    node: called(tests[t]), model: v.model, radius: v.radius[t], radius_upper: v.radius_upper[t],
    mark: mark(v, t),
  })));
}

const shownVerdicts = () => state.scene.verdicts.filter((v) => state.shown.has(data.models.indexOf(v.model)));
const chosenTest = () => called(state.scene.tests[state.test]);
const heatChart = new Chart(byId("heat"), heatRows, () => (many() ? {} : { chosen_node: chosenTest(), chosen_model: data.models[state.model] }));

const LEAST_CELL = () => (innerWidth < 768 ? 24 : 10); // pixels, so that cells can be pointed at

function drawHeat() {
  byId("heat-figure").hidden = alone && !many();
  byId("heat").classList.toggle("chart", !byId("heat-figure").hidden);
  if (byId("heat-figure").hidden) return Promise.resolve();
  byId("heat").style.setProperty("min-width", many() ? "0" : `${120 + LEAST_CELL() * state.scene.tests.length}px`);
  if (many()) return heatChart.show(data.specs.bars);
  const spec = structuredClone(data.specs.all[data.specs.heat[state.dataset]]);
  spec.height = data.heatRow * Math.max(shownVerdicts().length, 1);
  JSON.stringify(spec, (key, value) => { // of every layer
    if (key === "x" && value && value.title === "test node") value.title = `test ${word()}`;
    return value;
  });
  if (byId("heat").clientWidth < 560) JSON.stringify(spec, (key, value) => {
    if (value && value.labelLimit) value.labelLimit = 92;
    return value;
  });
  return heatChart.show(spec).then((drawn) => drawn && heatChart.view.addEventListener("click", (_, item) => {
    if (!item || !item.datum || item.datum.node === undefined) return;
    const test = state.scene.tests.map(called).indexOf(item.datum.node);
    choose({ test, model: data.models.indexOf(item.datum.model) });
  }));
}

function tellCell() {
  const v = verdicts(), t = state.test;
  if (!v || !state.scene.tests.length) return;
  byId("heat-told").textContent = `Test ${word()} ${called(state.scene.tests[t])} under ${v.model}: radius ${radiusTold(v.radius[t], v.radius_upper[t], v.max_flips, v.below)}.`;
}

function titleHeat() {
  byId("radii-title").textContent = many() || alone ? "How radii are distributed" : `Radius of every test ${word()}`;
  const signs = alone && state.scene.verdicts.some((v) => v.radius.some((_, t) => isWrong(v, t))) ? " × marks a wrong prediction." : "";
  const cells = many() && !alone ? "" : ` Choose a cell to see the ${word()} below; the weakest come first.${signs}`;
  byId("radii-hint").textContent = `The radius is the largest budget that a prediction provably survives.${many() ? " Bars count predictions; the pale part of a bar counts wrong ones." : ""}${cells}`;
}

function noteHeat() {
  titleHeat();
  if (many()) {
    const { tests: some, all_tests: every } = state.scene;
    const cells = alone && some.length < every ? ` The bars count them all; below them ${some.length} can be chosen, half of these the weakest.` : "";
    byId("radii-note").textContent = `${plural(every, `test ${word()}`)}.${cells}`;
    byId("radii-alt").textContent = `Bars of how many predictions have which radius, ${plural(shownVerdicts().length, "model")}; the same figures stand in the table below.`;
    return;
  }
  const { tests, all_tests: all } = state.scene;
  const some = tests.length < all ? `${tests.length} of ${all} test ${word()}s are shown: half of them the weakest, the others evenly spaced in order of their numbers.` : `All ${plural(all, `test ${word()}`)}.`;
  const open = state.scene.verdicts.some((v) => v.radius.some((r, t) => r < v.radius_upper[t])) ? " A dot marks a radius that is known as an interval only; its colour is that of the proven end." : "";
  byId("radii-note").textContent = some + open;
  byId("radii-alt").textContent = `A coloured cell for each of ${tests.length} test ${word()}s and ${plural(shownVerdicts().length, "model")}; the same figures stand in the table below.`;
}

function keyOfHeat() {
  const { top, last } = about();
  byId("heat-key").replaceChildren();
  if (many() || alone) return;
  const step = Math.max(1, Math.ceil(top / 10));
  const radii = [];
  for (let r = 0; r < top; r += step) radii.push(r);
  radii.push(top);
  if (state.scene.verdicts.some((v) => v.radius.includes(-1))) radii.unshift(-1);
  byId("heat-key").replaceChildren(...radii.map((r) => {
    const patch = draw("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, draw("rect", { width: 10, height: 10 }));
    patch.firstChild.style.setProperty("fill", shade(r));
    return make("li", {}, patch, radiusTold(r, r, last));
  }));
}

function tableOfHeat() {
  if (!byId("heat-box").open) return; // filled when it is opened
  const { tests } = state.scene, shown = shownVerdicts();
  if (many()) {
    const bins = shown.length && shown[0].bins ? shown[0].bins.filter((bin) => bin[0] >= 0) : [];
    const of = (v, first) => (v.bins || []).find((bin) => bin[0] === first) || [0, 0, 0, 0];
    const all = [[-1, -1], ...bins].filter(([first]) => first >= 0 || shown.some((v) => of(v, -1)[2] + of(v, -1)[3] > 0));
    fill(byId("heat-table"), "How many predictions have which radius, and how many of them are wrong", ["Radius", ...shown.map((v) => v.model)],
      all.map((bin) => [binTold(bin), ...shown.map((v) => { const [, , right, wrong] = of(v, bin[0]); return wrong ? `${right + wrong} (${wrong} wrong)` : String(right); })]));
    return;
  }
  const rows = weakestFirst().map((t) => [called(tests[t]), ...shown.map((v) => ({
    node: radiusTold(v.radius[t], v.radius_upper[t], v.max_flips, v.below), class: "shade",
    style: { background: shade(v.radius[t]), color: ink(v.radius[t]) },
  }))]);
  fill(byId("heat-table"), `Radius of every test ${word()} under every model`, [`Test ${word()}`, ...shown.map((v) => v.model)], rows);
}

function offerScenes() {
  const scenes = scenesHere();
  const told = (scene) => { // models may have different splits of one seed
    const same = scenes.filter((s) => s.seed === scene.seed);
    return `seed ${scene.seed}${same.length > 1 ? `, split ${same.indexOf(scene) + 1}` : ""}`;
  };
  options(byId("scene"), scenes.map((s, i) => [i, told(s)]), scenes.indexOf(state.scene));
}

byId("scene").addEventListener("change", (event) => enterScene(scenesHere()[Number(event.target.value)]));
byId("heat-box").addEventListener("toggle", tableOfHeat);
when(["dataset"], offerScenes);
when(["scene", "shown"], () => { drawHeat(); noteHeat(); keyOfHeat(); tableOfHeat(); });
when(["test", "model"], () => heatChart.update(false));
when(["test", "model", "scene"], tellCell);
