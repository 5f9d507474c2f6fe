// Under the drawing: what is pointed at, in full. Its line is always there, so that nothing moves.
import { html, nothing } from "lit-html";
import { parsed } from "../names.js";
import { chooseSample } from "../actions.js";
import { shown, signed } from "../numbers.js";
import { written } from "../values.js";
import { toneOf } from "./units.js";

export function caption(scene) {
  const { store, places } = scene;
  const at = store.hot.value ?? store.selected.value;
  if (!at || !at.includes("[")) return sample(store);
  const { name, index } = parsed(at);
  const column = places.columns.find(({ column: c }) => [c.a, c.z, `d${c.a}`, `d${c.z}`].includes(name))?.column;
  if (!column || !column.z) return html`<p class="caption ui small">${part(scene, at)}</p>`;
  const unit = index.at(-1);
  const names = [...new Set([...column.passes, `d${column.a}`, `d${column.z}`])];
  const parts = names.map((quantity) => part(scene, `${quantity}[${scene.row}, ${unit}]`, quantity));
  return html`<p class="caption ui small">${parts}</p>`;
}

function part(scene, at, shown = at) {
  const text = written(scene.store, at, 6);
  if (text === "") return nothing;
  const tone = toneOf(scene, parsed(at).name);
  const change = scene.changed.get(at);
  return html`<span class="nowrap"><span class=${tone ? `term ${tone}` : "soft"}>${shown}</span> ${
    change ? html`<s>${signed(change.before.text)}</s> ${signed(change.after.text)}` : text
  }</span> `;
}

/** Whose numbers are written on the units, and another sample at hand. */
function sample(store) {
  if (!store.view.value.sample) return html`<p class="caption"></p>`;
  const { row, x, label, said, right } = store.view.value.sample;
  const { train, held, classes } = store.world.value.data;
  const count = train + held;
  if (count < 2) return html`<p class="caption"></p>`;
  const point = x.length < 4 ? ` (${x.map((value) => shown(value, 3)).join(", ")})` : "";
  const name = (value) => (classes ? `class ${classes[value] ?? value}` : shown(value, 3));
  const verdict = right === null ? "" : right ? ", and so says the network" : `; the network says ${name(said[0])}`;
  const go = (by) => () => chooseSample(store, (row + by + count) % count);
  return html`<p class="caption ui small">
    <button class="turn" aria-label="The sample before" @click=${go(-1)}>‹</button>
    <button class="turn" aria-label="The next sample" @click=${go(1)}>›</button>
    <span class="soft">Sample</span> ${row}<span class="soft">${point}: ${name(label)}${verdict}</span>
  </p>`;
}
