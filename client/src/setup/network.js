// How the network is built: its layers, what they end in, and how it begins.
import { html, nothing } from "lit-html";
import { choice, leftOver, numberField, reason, refusal, set, settingOf } from "./fields.js";

const LISTS = [
  ["output", "Output", "output"],
  ["loss", "Loss", "loss"],
  ["initializer", "First weights", "initializer"],
  ["dtype", "Numbers", "dtype"],
];

export function networkMenu(store) {
  const { choices } = store.world.value,
    layers = settingOf(store, "network", "layers");
  const put = (changed) => set(store, "network", { layers: changed });
  const one = (i, values) => put(layers.map((layer, k) => (k === i ? { ...layer, ...values } : layer)));
  const penalty = settingOf(store, "network", "penalty");
  const at = (field) => refusal(store, `network.${field}`);
  return html`<div class="layers" role="group" aria-label="Hidden layers">
      <p class="heads soft" aria-hidden="true">
        <span></span><span>units</span><span>activation</span><span>normalized</span><span>dropout</span>
      </p>
      ${layers.map((layer, i) => layerRow(store, layer, i, one, () => put(layers.filter((_, k) => k !== i))))}
      ${reason("layers-reason", at("layers"))}
      <button class="link" @click=${() => put([...layers, { ...(layers.at(-1) ?? plain), dropout: 0 }])}>
        Add a layer
      </button>
    </div>
    ${LISTS.map(([field, title, list]) =>
      choice(
        title,
        `set-${field}`,
        choices[list],
        settingOf(store, "network", field),
        (value) => set(store, "network", { [field]: value }),
        at(field),
      ),
    )}
    ${choice(
      "Penalty",
      "set-penalty",
      choices.penalty,
      penalty.name,
      (name) => set(store, "network", { penalty: { ...penalty, name } }),
      refusal(store, "network.penalty", true),
    )}
    ${
      penalty.name === "none"
        ? nothing
        : numberField("its strength", "set-strength", penalty.strength, (strength) =>
            set(store, "network", { penalty: { ...penalty, strength } }),
          )
    }
    ${numberField("Seed", "set-network-seed", settingOf(store, "network", "seed"), (seed) => set(store, "network", { seed }), { whole: true, refused: at("seed") })}
    ${leftOver(store, "network", ["network.layers", "network.penalty", "network.seed", ...LISTS.map(([field]) => `network.${field}`)])}`;
}

const plain = { units: 4, activation: "relu", norm: "", dropout: 0 };

function layerRow(store, layer, i, one, remove) {
  const { choices, limits } = store.world.value,
    id = `layer-${i}`;
  const of = (name) => refusal(store, `network.layers.${i}.${name}`);
  const text = refusal(store, `network.layers.${i}`, true);
  const labelled = (name, control) =>
    html`<label class="unseen" for=${`${id}-${name}`}
        >${name}<span class="unseen"> of layer ${i + 1}</span></label
      >${control}`;
  return html`<div class="layer">
    <span class="soft">${i + 1}</span>
    <span class="stepper">
      <button
        aria-label=${`one unit less in layer ${i + 1}`}
        ?disabled=${layer.units <= 1}
        @click=${() => one(i, { units: layer.units - 1 })}
      >
        −
      </button>
      ${labelled(
        "units",
        numberField(null, `${id}-units`, layer.units, (units) => one(i, { units }), {
          whole: true,
          refused: of("units"),
          why: `${id}-reason`,
        }),
      )}
      <button
        aria-label=${`one unit more in layer ${i + 1}`}
        ?disabled=${layer.units >= (limits?.units ?? Infinity)}
        @click=${() => one(i, { units: layer.units + 1 })}
      >
        +
      </button>
    </span>
    ${labelled(
      "activation",
      choice(
        null,
        `${id}-activation`,
        choices.activation,
        layer.activation,
        (activation) => one(i, { activation }),
        of("activation"),
        `${id}-reason`,
      ),
    )}
    ${labelled(
      "normalization",
      choice(
        null,
        `${id}-normalization`,
        choices.norm,
        layer.norm,
        (norm) => one(i, { norm }),
        of("norm"),
        `${id}-reason`,
      ),
    )}
    ${labelled(
      "dropout",
      numberField(null, `${id}-dropout`, layer.dropout, (dropout) => one(i, { dropout }), {
        refused: of("dropout"),
        why: `${id}-reason`,
      }),
    )}
    <button class="remove" aria-label=${`remove layer ${i + 1}`} title="remove" @click=${remove}>×</button>
    ${reason(`${id}-reason`, text)}
  </div>`;
}
