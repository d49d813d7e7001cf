// The sign of a model in lists: its line and its symbol, in its colour.

const SYMBOLS = {
  circle: "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0",
  square: "M-3.6,-3.6h7.2v7.2h-7.2z",
  "triangle-up": "M0,-4.4L4.6,3.6H-4.6z",
  "triangle-down": "M0,4.4L4.6,-3.6H-4.6z",
  "triangle-right": "M4.4,0L-3.6,4.6V-4.6z",
  "triangle-left": "M-4.4,0L3.6,4.6V-4.6z",
  diamond: "M0,-5L4.2,0L0,5L-4.2,0z",
  cross: "M-1.6,-4.6h3.2v3h3v3.2h-3v3h-3.2v-3h-3v-3.2h3z",
};
const DASHES = ["", "6 3", "2 2", "8 3 2 3"];

function sign(model) {
  const colour = `var(--series-${model % 10})`;
  const symbol = SYMBOLS[data.shapes[model % data.shapes.length]];
  const dash = DASHES[Math.floor(model / 10) % DASHES.length];
  const picture = draw("svg", { class: "sign", viewBox: "0 0 32 14", "aria-hidden": "true" },
    draw("line", { x1: 0, x2: 32, y1: 7, y2: 7, "stroke-width": 2, "stroke-dasharray": dash || null }),
    draw("path", { d: symbol, transform: "translate(16 7)" }));
  picture.style.setProperty("stroke", colour);
  picture.lastChild.style.setProperty("fill", colour);
  return picture;
}

// The sign and the name of a model, for the head of a row.
const signed = (model, before) => make("span", { class: "model" }, before ? make("span", { class: "rank" }, before) : null, sign(model), make("span", {}, data.models[model]));
