// The data of the page, and how elements are made. Text from data only ever becomes text nodes.

const data = JSON.parse(document.getElementById("report-data").textContent);
const SVG = "http://www.w3.org/2000/svg";

const byId = (id) => document.getElementById(id);

// The rows of the curves as objects, once.
const curveRows = data.rows.map((row) =>
  Object.fromEntries(data.columns.map((name, i) => [name, row[i]])));

function set(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...(children || []).flat().filter((child) => child !== null));
  return element;
}

const make = (tag, attributes, ...children) => set(document.createElement(tag), attributes, children);
const draw = (tag, attributes, ...children) => set(document.createElementNS(SVG, tag), attributes, children);

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const points = (share) => `${share >= 0 ? "+" : "−"}${Math.abs(100 * share).toFixed(1)}`;
const plural = (count, word, several = `${word}s`) => `${count} ${count === 1 ? word : several}`;

function radiusTold(low, high, last, below = "tie") {
  const end = (r) => (r < 0 ? below : r === last ? `${r}+` : String(r));
  return low === high ? end(low) : `${low < 0 ? "open" : low} to ${end(high)}`;
}

// A table from a caption, names of columns, and rows of cells; the first cell of a row is its head.
// A cell is text, or {node, class, share}.
function fill(table, caption, columns, rows) {
  const head = columns.map((column, i) => {
    const told = typeof column === "object" ? column : { node: column };
    return make("th", { scope: "col", class: told.class, "aria-sort": told.sort }, told.node);
  });
  const cell = (value, i) => {
    const told = value !== null && typeof value === "object" && !(value instanceof Node) ? value : { node: value };
    const made = make(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null, class: told.class }, told.node);
    for (const [name, style] of Object.entries(told.style || {})) made.style.setProperty(name, style);
    return made;
  };
  const id = table.querySelector("caption")?.id || null;
  table.replaceChildren(make("caption", { id }, make("span", {}, caption)), make("thead", {}, make("tr", {}, head)),
    make("tbody", {}, rows.map((row) => make("tr", {}, row.map(cell)))));
}

function options(select, entries, chosen) {
  select.replaceChildren(...entries.map(([value, told]) =>
    make("option", { value, selected: String(value) === String(chosen) }, told)));
}
