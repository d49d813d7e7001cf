// The choice of data set and models, and which parts of the page have something to choose at all.

function offerModels() {
  byId("models").replaceChildren(...data.models.map((name, model) => {
    const box = make("input", { type: "checkbox", checked: state.shown.has(model), value: model });
    box.addEventListener("change", () => {
      const shown = new Set(state.shown);
      if (box.checked) shown.add(model); else shown.delete(model);
      choose({ shown });
    });
    return make("li", {}, make("label", { class: "check" }, box, sign(model), make("span", {}, name)));
  }));
}

function tellModels() {
  byId("model-count").textContent = `(${state.shown.size} of ${data.models.length} shown)`;
  for (const box of byId("models").querySelectorAll("input")) box.checked = state.shown.has(Number(box.value));
}

function hideWhatHasNoChoice() {
  const several = {
    "several-models": data.models.length > 1,
    "several-datasets": data.datasets.length > 1,
    "several-scenes": data.scenes.length > data.datasets.length,
  };
  for (const part of document.querySelectorAll("[data-when]")) part.hidden = !several[part.dataset.when];
  byId("choice").hidden = !several["several-models"] && !several["several-datasets"];
}

offerModels();
options(byId("dataset"), data.datasets.map((d, i) => [i, d.name]), state.dataset);
byId("dataset").addEventListener("change", (event) => enter(Number(event.target.value)));
byId("all-models").addEventListener("click", () => choose({ shown: new Set(data.models.keys()) }));
byId("no-models").addEventListener("click", () => choose({ shown: new Set() }));
if (data.models.length > 12 || innerWidth < 768) byId("model-box").open = false;
when(["shown"], tellModels);
