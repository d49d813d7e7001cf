// Begin: everything hears of the first data set.

const effectsHost = byId("effects-chart");
if (effectsHost && data.specs.effects) new Chart(effectsHost, () => [], () => ({})).show(data.specs.effects);
hideWhatHasNoChoice();
tellModels();
state.dataset = -1;
enter(0);
document.documentElement.dataset.ready = "yes";
