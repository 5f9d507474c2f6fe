// The network as a drawing, in which every number can be pointed at and asked about.
import { html, nothing, svg } from "lit-html";
import { look } from "../actions.js";
import { shown } from "../numbers.js";
import { entry } from "../names.js";
import { editor } from "../step/edit.js";
import { crowded, edgeCanvas, edgeLines, weightLabels } from "./edges.js";
import { edges, labels, layout } from "./layout.js";
import { onPath } from "./path.js";
import { caption } from "./caption.js";
import { keepFocus, move, picked, press } from "./picking.js";
import { quantityOf, rowOf, toneOf, unit } from "./units.js";

const NARROW = 560;

export function graph(store) {
  const { structure } = store.world.value;
  const places = layout(structure, { narrow: store.width.value < NARROW, opened: store.opened.value });
  const list = edges(places);
  const order = new Map(store.lines.value.map(({ name }, i) => [name, i]));
  const scene = {
    store,
    first: entry("x", rowOf(store), 0), // where Tab enters the drawing
    places,
    later: (name) => order.get(name) > store.at.value, // whether the line that makes it is yet to come
    row: rowOf(store),
    current: store.line.value?.name ?? null,
    inputs: store.line.value?.inputs ?? [],
    path: onPath(store.why.value),
    held: store.whatIf.value?.changes ?? {},
    changed: new Map((store.whatIf.value?.changed ?? []).map((one) => [one.entry, one])),
  };
  const { width, height, size } = places;
  return html`<div class="graph" @keydown=${(event) => press(store, event)} @click=${(event) => picked(store, event)}
      @pointerdown=${(event) => move(store, event)} @mousedown=${keepFocus} @focusin=${roving}>
      ${crowded(list) ? edgeCanvas(scene, list) : nothing}
      <svg viewBox="0 0 ${width} ${height.toFixed(1)}" style="--text:${size.text}px;--head:${size.head}px"
        role="group" aria-label=${about(scene)}>
        ${places.columns.map((column) => head(scene, column))}
        ${crowded(list) ? nothing : edgeLines(scene, list)}
        ${crowded(list) ? nothing : weightLabels(scene, list, labels(list, places, taken(places), asked(scene)))}
        ${places.columns.map((column) => column.places.map((index, k) => unit(scene, column, index, k)))}
        ${foot(scene)}
      </svg>
      ${editor(store)}
    </div>
    <div class="below">${caption(scene)}${toggle(store)}</div>`;
}

/** The drawing and the tables are two faces of the same. */
export function toggle(store) {
  return html`<button class="link" @click=${() => (store.table.value = !store.table.value)}>
    ${store.table.value ? "As a drawing" : "As tables"}
  </button>`;
}

function about({ store, current }) {
  const { title } = store.world.value;
  return `The network ${title} as a drawing${current ? `; the line ${current} is current` : ""}.`;
}

/** Edges whose weight is written also where there is little room: those that are asked about or pointed at. */
function asked({ path, store }) {
  return ({ name, from, to }) => {
    const at = entry(name, from, to);
    return path.has(at) || store.hot.value === at || store.selected.value === at;
  };
}

/** A column's title, the name of its quantity, and what else its layer does. */
function head(scene, { column, x, i, numbers }) {
  const { places, store } = scene;
  const { size } = places;
  const told = numbers === 1 ? quantityOf(scene, column) : column.a;
  const tone = numbers === 1 ? toneOf(scene, told) : "";
  const below = size.head + 2 * size.text + 7;
  const { places: drawn } = places.columns[i];
  const wide = drawn.includes(null) || store.opened.value.has(column.a);
  return svg`<text x=${x} y=${size.head - 1} class="head" text-anchor="middle">${column.title}</text>
    <text x=${x} y=${size.head + size.text + 3} class="muted" text-anchor="middle"><tspan class=${tone && `tone-${tone}`}>${told}</tspan>${
      column.activation && `, ${column.activation}`
    }</text>
    ${column.also.map((text, k) => svg`<text x=${x} y=${below + k * size.line} class="muted" text-anchor="middle">${text}</text>`)}
    ${wide ? fold(store, column, x, below + column.also.length * size.line) : nothing}`;
}

/** A wide column's number of units, which opens it. */
function fold(store, column, x, y) {
  const open = store.opened.value.has(column.a);
  const toggle = () => {
    const opened = new Set(store.opened.value);
    if (!opened.delete(column.a)) opened.add(column.a);
    store.opened.value = opened;
    look(store);
  };
  return svg`<g class="fold" role="button" tabindex="0" aria-expanded=${open} @click=${toggle}
      @keydown=${(event) => ["Enter", " "].includes(event.key) && (event.preventDefault(), toggle())}>
    <text x=${x} y=${y} text-anchor="middle">${column.units.toLocaleString("en")} units ${open ? "−" : "+"}</text>
  </g>`;
}

/** Below: the shapes of the weights, and the loss. */
function foot(scene) {
  const { places, store } = scene;
  const { columns, size, height } = places;
  const shapes = columns.slice(1).map(({ column, x, i }) => {
    const shape = store.world.value.structure.parameters[column.weights];
    if (!shape) return nothing;
    const at = (x + columns[i - 1].x) / 2;
    return svg`<text x=${at} y=${height - 4} class="muted" text-anchor="middle">${column.weights} (${shape.join(", ")})</text>`;
  });
  const last = columns.at(-1);
  const loss = store.view.value.sample?.batch_loss ?? null;
  const y = last.y.at(-1) + last.radius + size.text * 4;
  const text = store.hidden.value.has("L") ? "?" : loss === null ? "" : shown(loss, 3);
  return svg`${shapes}
    <text x=${last.x} y=${Math.min(y, height - size.text * 2)} class="head number" text-anchor="middle"
      data-e="L" data-q="L" tabindex="-1" role="button" aria-label="The loss L">${text && lossText(scene, text)}</text>`;
}

function lossText({ changed }, text) {
  const change = changed.get("L");
  if (!change) return `L = ${text}`;
  const now = shown(change.after.value, 3);
  return svg`L = <tspan class="old">${shown(change.before.value, 3)}</tspan> <tspan class="asked">${now}</tspan>`;
}

/** What labels must leave free: units, what is written around them, and the strips of hidden ones. */
function taken({ columns, size, width }) {
  const { text, side } = size;
  const boxes = [];
  for (const { x, y, radius: r, strip, numbers, i } of columns) {
    for (const at of y) {
      boxes.push([x - r, at - r, x + r, at + r]);
      if (numbers === 2) {
        boxes.push([x - 1.7 * text, at - r - 1.4 * text, x + 1.7 * text, at - r]);
        if (!strip) boxes.push([x - 2.2 * text, at + r, x + 2.2 * text, at + r + 1.5 * text]);
      }
      if (strip) {
        const [left, right] = side ? [7.3, 7] : [6.1, 6.1];
        boxes.push([x - left * text, at + r + 0.5 * text, x + right * text, at + r + 2.2 * text]);
      }
      if (i === columns.length - 1 && !side) boxes.push([width - 8 * text, at - r - 2.8 * text, width, at - r]);
    }
  }
  return boxes;
}

/** One number of the drawing is in the order of Tab: the last that had the focus. */
function roving(event) {
  const number = event.target.closest("[data-e]");
  if (!number) return;
  for (const other of event.currentTarget.querySelectorAll('[data-e][tabindex="0"]')) other.setAttribute("tabindex", "-1");
  number.setAttribute("tabindex", "0");
}
