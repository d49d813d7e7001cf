// The picture of the graph: the chosen test node, its neighbours, and the labels that break it.

let classes = []; // of the scene, in the order of their colours
const pictureHere = () => (state.scene.picture === null ? null : data.pictures[state.scene.picture]);

function classesHere() {
  const picture = pictureHere();
  return [...new Set([...state.scene.labels, ...state.scene.truth.filter((label) => label !== null), ...(picture ? picture.label.filter((label) => label !== "") : [])])].sort();
}

const classColour = (label) => `var(--series-${classes.indexOf(label) % 10})`;

// Positions in the picture of the node itself, its neighbours, and the witness's nodes.
function around() {
  const picture = pictureHere(), place = new Map(picture.nodes.map((node, i) => [node, i]));
  const at = place.get(state.scene.tests[state.test]);
  const near = new Set();
  for (let e = 0; e < picture.edges.length; e += 2) {
    if (picture.edges[e] === at) near.add(picture.edges[e + 1]);
    if (picture.edges[e + 1] === at) near.add(picture.edges[e]);
  }
  const broken = new Map((witnessOf(verdicts(), state.test) || []).map((w) => [place.get(w.node), w]));
  return { at, near, broken };
}

// The part of the plane that is shown, with room for the signs.
function frame(picture, special) {
  const shown = byId("zoom").checked ? special : picture.nodes.map((_, i) => i);
  const xs = shown.map((i) => picture.x[i]), ys = shown.map((i) => picture.y[i]);
  const [left, right] = [Math.min(...xs), Math.max(...xs)], [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const width = Math.max(right - left, 1.15 * (bottom - top), 120); // never higher than wide
  const height = Math.max(bottom - top, width / 2.4);
  const room = 32 * (width / Math.max(byId("picture").clientWidth - 64, 160)); // 32 pixels, for names
  return [(left + right - width) / 2 - room, (top + bottom - height) / 2 - room, width + 2 * room, height + 2 * room];
}

function drawPicture() {
  const picture = pictureHere();
  for (const id of ["picture", "picture-key", "zoom-field"]) byId(id).hidden = !picture || !state.scene.tests.length;
  byId("picture-side").parentNode.classList.toggle("single", !picture);
  notePicture(picture);
  if (!picture || !state.scene.tests.length) return;
  const { at, near, broken } = around();
  const special = [at, ...near, ...broken.keys()].filter((i) => i !== undefined);
  const box = frame(picture, special);
  const scale = box[2] / Math.max(byId("picture").clientWidth, 200); // picture units of a pixel
  const plane = draw("svg", { viewBox: box.join(" "), "aria-hidden": "true" });
  plane.append(...edgesOf(picture, at), ...nodesOf(picture, new Set(special), scale), ...signsOf(picture, at, near, broken, scale));
  byId("picture").replaceChildren(plane);
}

function edgesOf(picture, at) {
  let far = "", close = "";
  for (let e = 0; e < picture.edges.length; e += 2) {
    const [i, j] = [picture.edges[e], picture.edges[e + 1]];
    const line = `M${picture.x[i]},${picture.y[i]}L${picture.x[j]},${picture.y[j]}`;
    if (i === at || j === at) close += line; else far += line;
  }
  const many = picture.edges.length > 600 ? " many" : "";
  return [draw("path", { class: `edge${many}`, d: far }), draw("path", { class: "edge near", d: close })];
}

function nodesOf(picture, special, scale) {
  const labeled = new Map(state.scene.labeled.map((node, i) => [node, state.scene.labels[i]]));
  const tests = new Map(state.scene.tests.map((node, t) => [node, t]));
  const faded = byId("zoom").checked || picture.nodes.length > 80;
  return picture.nodes.map((node, i) => {
    const [x, y] = [picture.x[i], picture.y[i]];
    const weak = faded && !special.has(i) ? " faded" : "";
    const named = (dot, told) => { dot.append(draw("title", {}, told)); return dot; };
    if (labeled.has(node)) {
      const r = 6.5 * scale;
      const dot = draw("rect", { class: `dot labeled${weak}`, x: x - r, y: y - r, width: 2 * r, height: 2 * r });
      dot.style.setProperty("fill", classColour(labeled.get(node)));
      return named(dot, `labeled node ${called(node)}: ${labeled.get(node)}`);
    }
    const t = tests.get(node);
    const dot = draw("circle", { class: `dot ${t === undefined ? "rest" : "test"}${weak}`, cx: x, cy: y, r: (t === undefined ? 3.2 : 6.5) * scale });
    if (t === undefined) return named(dot, `node ${called(node)}: ${picture.label[i] || "no label"}`);
    dot.dataset.test = t;
    dot.style.setProperty("stroke", classColour(verdicts().prediction[t]));
    return named(dot, `test node ${called(node)}, predicted ${verdicts().prediction[t]}`);
  });
}

const MOST_NAMES = 12;

function signsOf(picture, at, near, broken, scale) {
  const parts = [];
  const name = (i, told, below) => parts.push(draw("text", {
    class: "name", x: picture.x[i], y: picture.y[i] + (below ? 24 : -13) * scale, "font-size": 13 * scale,
  }, told));
  for (const [i, w] of broken) {
    if (i === undefined) continue;
    const r = 10 * scale, [x, y] = [picture.x[i], picture.y[i]];
    parts.push(draw("path", { class: "cross", d: `M${x - r},${y - r}L${x + r},${y + r}M${x + r},${y - r}L${x - r},${y + r}` }));
    name(i, called(w.node), false);
  }
  if (byId("zoom").checked && near.size <= MOST_NAMES)
    for (const i of near) if (!broken.has(i)) name(i, called(picture.nodes[i]), false);
  if (at !== undefined) {
    parts.push(draw("circle", { class: "halo", cx: picture.x[at], cy: picture.y[at], r: 11.5 * scale }));
    name(at, called(picture.nodes[at]), true);
  }
  return parts;
}

function notePicture(picture) {
  if (!picture) { byId("picture-note").textContent = state.scene.why; return; }
  const drawn = picture.nodes.length, edges = picture.edges.length / 2;
  const whole = drawn === picture.all_nodes && edges === picture.all_edges;
  const part = `The graph has ${picture.all_nodes} nodes and ${picture.all_edges} edges; drawn are the labeled nodes, the test nodes and some of their neighbours: ${drawn} nodes and ${edges} edges.`;
  const hidden = !picture.nodes.includes(state.scene.tests[state.test]) ? " The chosen node is not among them." : "";
  byId("picture-note").textContent = (whole ? `The whole graph: ${drawn} nodes, ${edges} edges. ` : `${part} `) + hidden + "Click a test node, or use the arrow keys.";
}

function keyOfPicture() {
  const patch = (...parts) => draw("svg", { viewBox: "-10 -10 20 20", "aria-hidden": "true" }, ...parts);
  const coloured = (part, property, label) => { part.style.setProperty(property, classColour(label)); return part; };
  const square = () => draw("rect", { class: "dot", x: -7, y: -7, width: 14, height: 14 });
  const entries = classes.slice(0, 12).flatMap((label) => [
    [patch(coloured(square(), "fill", label)), `labeled ${label}`],
    [patch(coloured(draw("circle", { class: "dot test", r: 7 }), "stroke", label)), `test, predicted ${label}`],
  ]);
  entries.push([patch(draw("circle", { class: "dot rest", r: 4 })), "other"],
    [patch(draw("circle", { class: "halo", r: 8 })), "the chosen node"],
    [patch(draw("path", { class: "cross", d: "M-7,-7L7,7M7,-7L-7,7" })), "label that breaks it"]);
  byId("picture-key").replaceChildren(...entries.map(([mark, told]) => make("li", {}, mark, told)));
}

// The test node closest to a click, so that small dots are easy to hit.
function pick(event) {
  const plane = byId("picture").querySelector("svg");
  if (!plane) return;
  let best = null;
  for (const dot of plane.querySelectorAll("[data-test]")) {
    const box = dot.getBoundingClientRect();
    const away = Math.hypot(event.clientX - (box.left + box.right) / 2, event.clientY - (box.top + box.bottom) / 2);
    if (away < 32 && (!best || away < best.away)) best = { away, test: Number(dot.dataset.test) };
  }
  if (best) choose({ test: best.test });
}

byId("picture").addEventListener("click", pick);
byId("picture").addEventListener("keydown", (event) => {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  step(by);
});
byId("zoom").addEventListener("change", drawPicture);
when(["scene"], () => {
  const picture = pictureHere();
  classes = classesHere();
  byId("zoom").checked = Boolean(picture) && picture.nodes.length > 120;
  keyOfPicture();
});
when(["scene", "model", "test"], drawPicture);
addEventListener("resize", () => state.scene && drawPicture());
