// Begin: everything hears of the first data set.

const effectsHost = byId("effects-chart");
if (effectsHost && data.specs.effects) new Chart(effectsHost, () => [], () => ({})).show(data.specs.effects);
data.specs.more.forEach((spec, i) => new Chart(byId(`more-chart-${i}`), () => [], () => ({})).show(spec));
// Paper cannot be unfolded: what is folded is open while it is printed.
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("main details:not([open])")];
  for (const part of unfolded) part.open = true;
  tableOfHeat(); // the event that fills them comes too late
  tableOfTests();
});
addEventListener("afterprint", () => { for (const part of unfolded) part.open = false; });
hideWhatHasNoChoice();
tellModels();
state.dataset = -1;
enter(0);
document.documentElement.dataset.ready = "yes";
