// Vega-Lite charts that follow the choices. Expressions are interpreted, not compiled, so that the
// page's policy may forbid code that is made at run time.

const EMBED = { mode: "vega-lite", ast: true, actions: false, renderer: "svg", tooltip: false, defaultStyle: false, logLevel: 1 };
const ROWS = "rows";

// Embeds a chart and keeps it up to date: rows() are drawn, signals() set.
class Chart {
  constructor(host, rows, signals) {
    Object.assign(this, { host, rows, signals, view: null, turn: 0 });
  }

  async show(spec) {
    const turn = ++this.turn;
    const own = structuredClone(spec);
    own.datasets = { [ROWS]: this.rows() };
    const result = await vegaEmbed(this.host, own, EMBED);
    if (turn !== this.turn) { // another one came meanwhile
      result.finalize();
      return false;
    }
    if (this.view) this.view.finalize();
    this.view = result.view;
    await this.update(false);
    this.host.dataset.drawn = String(Number(this.host.dataset.drawn || 0) + 1);
    return true;
  }

  async update(rows = true) {
    if (!this.view) return;
    if (rows) this.view.data(ROWS, this.rows());
    for (const [name, value] of Object.entries(this.signals())) this.view.signal(name, value);
    await this.view.runAsync();
    this.host.dataset.updated = String(Number(this.host.dataset.updated || 0) + 1);
  }

  // The value of the scale at a pointer.
  at(event, scale) {
    const picture = this.host.querySelector("svg");
    const box = picture.getBoundingClientRect();
    const x = (event.clientX - box.left) * (picture.viewBox.baseVal.width / box.width);
    return this.view.scale(scale).invert(x - this.view.origin()[0]);
  }
}
