// The training view: network and curves on the left, the data with the surface on the right.
import { effect } from "@preact/signals-core";
import { html, nothing } from "lit-html";
import { look, askWhy, refresh } from "../actions.js";
import { entry } from "../names.js";
import { bar } from "./bar.js";
import { compare } from "./compare.js";
import { confusion } from "./confusion.js";
import { curves } from "./curves.js";
import { histograms } from "./histograms.js";
import { localOf } from "./local.js";
import { net } from "./net.js";
import { part } from "./part.js";
import { pictures } from "./pictures.js";
import { plane } from "./plane.js";
import { number, whole } from "./scale.js";
import { shapeData } from "./shapes.js";
import { className, shownOf, titleOf, windowOf } from "./shown.js";
import { ramp } from "./ramp.js";
import { wrong } from "./surface.js";

const PANELS = [
  ["curves", "Curves"],
  ["histograms", "Layers"],
  ["compare", "Compare"],
];

export function trainView(store) {
  const local = localOf(store);
  return html`<main class="train" ${part(wishes, store)}>
    ${bar(store)}
    <section class="network" aria-label="Network">
      <h2 class="unseen">Network</h2>
      <div ${part(net, store)}></div>
      <p class="small soft told">${caption(store)}</p>
    </section>
    <section class="panels" aria-label="How it goes">
      <h2 class="unseen">How it goes</h2>
      <div class="tabs ui" role="group" aria-label="What is shown below">
        ${PANELS.map(
          ([name, title]) =>
            html`<button
              aria-pressed=${local.panel.value === name}
              @click=${() => (local.panel.value = name)}
            >
              ${title}
            </button>`,
        )}
      </div>
      <div class="panel" data-panel=${local.panel.value}>${panel(store, local.panel.value)}</div>
    </section>
    <section class="surface" aria-label="Data and what the network makes of it">
      ${store.world.value.data.plane ? surface(store, local) : pictures(store)}
    </section>
  </main>`;
}

/** Ask for what is seen, as long as it is seen. Lines are stepped in the view that has them. */
function wishes(_, store) {
  const local = localOf(store);
  if (store.by.value === "line") store.by.value = "epoch";
  let asked = "";
  const ends = [
    store.needs("train", () => wanted(store.world.value, local, store.playing.value)),
    effect(() => {
      const want = JSON.stringify(wanted(store.world.value, local, store.playing.value));
      if (want === asked) return;
      asked = want;
      queueMicrotask(() => look(store));
    }),
    effect(() => {
      if (store.by.value === "line") queueMicrotask(() => toSteps(store));
    }),
  ];
  return () => ends.forEach((end) => end());
}

async function toSteps(store) {
  store.playing.value = false;
  store.mode.value = "step";
  store.by.value = "line";
  await look(store);
  await refresh(store);
}

function wanted(world, local, playing) {
  if (!world) return {};
  const { data, structure } = world,
    { columns } = structure;
  const units = Object.fromEntries(
    columns
      .map((column, i) => [column.a, windowOf(column, i, local.windows.value)])
      .filter(([, few], i) => few.length < columns[i].units && !(i === 0 && data.image)),
  );
  const want = { parameters: true, curves: true, confusion: structure.task !== "numbers", units };
  if (local.panel.value === "histograms") want.histograms = true;
  if (data.plane) return { ...want, plane: 24, surface: playing ? 48 : 64, points: true };
  if (data.image)
    return { ...want, values: true, image: true, pictures: windowOf(columns[1], 1, local.windows.value) };
  return { ...want, values: true };
}

function panel(store, name) {
  if (name === "histograms") return html`<div ${part(histograms, store)}></div>`;
  if (name === "compare") return compare(store);
  return html`<div class="both" ${part(curves, store)}></div>`;
}

function caption(store) {
  const { data } = store.world.value;
  if (data.plane)
    return "Over the input plane: blue where a unit gives more than 0, hatched orange where less.";
  if (data.image)
    return `Squares of the first layer are a unit’s weights, one for each pixel: plain blue above 0, hatched orange
      below. The others have the unit’s value for this sample.`;
  return "Each square has the unit’s value for this sample: blue to the right above 0, hatched orange to the left below.";
}

function surface(store, local) {
  return html`<div class="surface-head">
      <h2>${titleOf(store, local)}</h2>
      ${ramp(store, local)}
    </div>
    <div class="plane" ${part(plane, store)}></div>
    <div class="below">
      <div>
        ${legend(store, local)}
        <p class="small ask">${question(store, local)}</p>
      </div>
      ${confusion(store)}
    </div>`;
}

/** The classes; the chosen one is that of a point which is added. */
function legend(store, local) {
  const { data, structure } = store.world.value;
  if (structure.task === "numbers")
    return html`<p class="ui small soft">a circle above 0, a wedge below; hollow: held out</p>`;
  return html`<fieldset class="classes ui small">
    <legend class="unseen">The class of a point that is added</legend>
    ${(data.classes ?? []).map(
      (_, k) =>
        html`<label title=${`click the plane to add a point of ${className(data, k)}`}
          ><input
            type="radio"
            name="brush"
            .checked=${local.brush.value === k}
            @change=${() => (local.brush.value = k)}
          /><span
            ><svg viewBox="-6 -6 12 12" aria-hidden="true">
              <path d=${shapeData(k, 4)} fill=${`var(--class${k % 6})`} /></svg
            >${className(data, k)}</span
          ></label
        >`,
    )}
    <span class="soft">hollow: held out, ringed: wrong</span>
  </fieldset>`;
}

/** Of the chosen point, or of one that goes wrong: what it is, and what it is taken for. */
function question(store, local) {
  const shown = shownOf(store, local),
    { data, structure } = store.world.value;
  if (!shown.points || !shown.outputs || structure.task === "numbers") return nothing;
  const faults = wrong(shown),
    held = faults.filter((row) => shown.held.data[row]);
  if (store.playing.value && local.point.value === null) return tally(data, faults.length, held.length);
  const row = local.point.value ?? held[0] ?? faults[0];
  if (row === undefined || row >= shown.points.shape[0]) return tally(data, 0, 0);
  const label = shown.labels.data[row],
    {
      data: outputs,
      shape: [, width],
    } = shown.outputs;
  const chance = width > 1 ? outputs[row * width + label] : outputs[row];
  const of = width > 1 ? label : 1,
    right = shown.said.data[row] === label;
  const at = `(${number(shown.points.data[2 * row], 2)}, ${number(shown.points.data[2 * row + 1], 2)})`;
  return html`The ${shown.held.data[row] ? "held-out " : ""}point at ${at} is
    ${className(data, label)}${right ? " and" : ", yet"} gets
    <span class="nowrap">P(${className(data, of)}) = ${number(chance, 3)}.</span>
    <button class="link" @click=${() => askOf(store, row, width > 1 ? label : 0)}>
      ${right ? "Why?" : "Why does it go wrong?"}
    </button>`;
}

function tally(data, all, held) {
  if (!data.held)
    return all ? html`${whole(all)} of ${whole(data.train)} points are wrong.` : "Every point is right.";
  return held || all
    ? html`${whole(held)} of ${whole(data.held)} held-out points are wrong, ${whole(all - held)} of the
      others.`
    : "Every point is right, also those held out.";
}

/** To the step view, on this sample, with the question asked. */
async function askOf(store, row, unit) {
  const { structure, data } = store.world.value,
    { labels, said, held } = store.arrays.value;
  const named = (label) => className(data, label);
  const text = `${held.data[row] ? "Held-out sample" : "Sample"} ${row} is ${named(labels.data[row])}, and the network
    says ${named(said.data[row])}. Its numbers stand on the drawing.`;
  store.sample.value = row;
  await toSteps(store);
  await refresh(store, structure.columns.at(-1).z);
  await askWhy(store, entry(structure.output, 0, unit), { row });
  store.notice.value = { text, field: null };
}
