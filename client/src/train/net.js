// The network of the training view: a square for each unit, curves for the weights, blue and solid or orange and dashed.
import { untracked } from "@preact/signals-core";
import { html, render } from "lit-html";
import { region } from "../region.js";
import { range } from "./bands.js";
import { hue } from "./colours.js";
import { localOf } from "./local.js";
import { paintImage, paintInput, paintMap, paintPicture, paintValue } from "./maps.js";
import { drawn } from "./part.js";
import { shapePath } from "./shapes.js";
import { className, gridOfUnit, placesOf, windowOf } from "./shown.js";

const HEAD = 40,
  PAGER = 30;

/** Where everything stands in a drawing of this width: columns of boxes, and the height; `em` is the type's scale. */
export function layout(world, windows, width, em = 1) {
  const { columns } = world.structure,
    image = world.data.image;
  const shownUnits = columns.map((column, i) => (i === 0 && image ? [0] : windowOf(column, i, windows)));
  const rows = Math.max(3, ...shownUnits.map((units) => units.length));
  const room = em * Math.min(292, Math.max(232, 76 * rows)),
    head = HEAD * em;
  const pitch = room / rows,
    size = Math.max(24, Math.min(58 * em, 0.8 * pitch, (width - 24) / (1.75 * columns.length)));
  const gap = (width - 24 - size - 10) / (columns.length - 1);
  const paged = columns.some((column, i) => column.units > shownUnits[i].length && !(i === 0 && image));
  const placed = columns.map((column, i) => {
    const units = shownUnits[i],
      x = 10 + i * gap,
      picture = i === 0 && image;
    const side = picture ? Math.min(104 * em, 0.6 * gap) : size;
    const step = Math.min(72 * em, Math.max(pitch, size + 6));
    const top = head + (room - (units.length - 1) * step) / 2 - side / 2;
    return {
      column,
      index: i,
      units,
      picture,
      pager: !picture && column.units > units.length,
      middle: x + side / 2,
      boxes: units.map((unit, row) => ({ unit, x, y: top + row * step, width: side, height: side })),
    };
  });
  return { columns: placed, size, em, height: head + room + em * (paged ? PAGER : 8) };
}

/** Make the network in `element`. Returns what ends it. */
export function net(element, store) {
  const local = localOf(store);
  const frame = document.createElement("div");
  const canvas = document.createElement("canvas"),
    over = document.createElement("div");
  frame.className = "net";
  over.className = "units";
  canvas.dataset.picture = "network";
  frame.append(canvas, over);
  element.append(frame);
  const em = () => parseFloat(getComputedStyle(frame).fontSize) / 16;
  const place = () => layout(store.world.value, local.windows.value, Math.max(260, frame.clientWidth), em());
  const ends = [
    region(() => {
      store.width.value;
      const at = place();
      frame.style.height = `${at.height}px`;
      render(units(at, store, local), over);
    }),
    drawn(canvas, (pen, { width }, colours) => {
      const at = layout(store.world.value, local.windows.value, width, colours.em);
      drawNet(pen, at, store, local, colours);
    }, store),
    watched(frame, () => render(units(place(), store, local), over)),
  ];
  return () => {
    ends.forEach((end) => end());
    frame.remove();
  };
}

function watched(frame, changed) {
  const observer = new ResizeObserver(() => untracked(changed));
  observer.observe(frame);
  return () => observer.disconnect();
}

/** Draw it with either pen. */
export function drawNet(pen, at, store, local, colours) {
  drawHeads(pen, at, colours);
  const lit = local.unit.value ?? local.pinned.value;
  at.columns
    .slice(1)
    .forEach((right, i) => drawWeights(pen, at, at.columns[i], right, { store, lit, colours }));
  for (const column of at.columns) {
    const most = mostOf(store.arrays.value[column.column.a]?.data);
    for (const box of column.boxes) {
      drawUnit(pen, column, box, store, most, colours);
      if (lit && touches(lit, column.index, box.unit)) outline(pen, box, colours.ink);
    }
  }
}

const mostOf = (values) => (values?.length ? Math.max(...range(values).map(Math.abs)) : 1);

function drawHeads(pen, at, colours) {
  const size = at.size < 40 ? 12 : 14 * at.em;
  pen.textAlign = "center";
  pen.textBaseline = "alphabetic";
  at.columns.forEach(({ column, middle, index }) => {
    const last = index === at.columns.length - 1;
    pen.textAlign = index === 0 ? "left" : last ? "right" : "center";
    const x = index === 0 ? at.columns[0].boxes[0].x : last ? middle + at.size / 2 : middle;
    pen.fillStyle = colours.ink;
    pen.font = `${size}px ${colours.sans}`;
    pen.fillText(column.title, x, 13 * at.em);
    pen.fillStyle = colours.soft;
    pen.font = `${0.93 * size}px ${colours.sans}`;
    pen.fillText(index ? column.activation || "identity" : column.a, x, 29 * at.em);
  });
}

/** Curves between two columns, those of about equal width at one stroke. */
function drawWeights(pen, at, left, right, { store, lit, colours }) {
  const weights = store.arrays.value[right.column.weights];
  if (left.picture || !weights) {
    drawBundle(pen, left, right, colours);
    return;
  }
  const rows = placesOf(store, right.column.weights, 0),
    columns = placesOf(store, right.column.weights, 1);
  const strokes = new Map();
  for (const a of left.boxes) {
    for (const b of right.boxes) {
      const w = weights.data[rows(a.unit) * weights.shape[1] + columns(b.unit)];
      if (!Number.isFinite(w)) continue;
      const width = at.em * Math.min(5, Math.round((0.5 + 0.75 * Math.abs(w)) * 4) / 4);
      const away = lit && !touches(lit, left.index, a.unit) && !touches(lit, right.index, b.unit);
      const key = `${Math.sign(w)} ${width} ${away}`;
      if (!strokes.has(key)) strokes.set(key, { negative: w < 0, width, away, curves: [] });
      strokes.get(key).curves.push([a, b]);
    }
  }
  for (const { negative, width, away, curves } of strokes.values()) {
    pen.globalAlpha = away ? 0.3 : 1;
    pen.strokeStyle = negative ? colours.neg : colours.pos;
    pen.lineWidth = width;
    pen.setLineDash(negative ? [6, 3.5] : []);
    pen.beginPath();
    for (const [a, b] of curves) curve(pen, a, b);
    pen.stroke();
  }
  pen.globalAlpha = 1;
  pen.setLineDash([]);
}

const touches = (lit, column, unit) => lit.column === column && lit.unit === unit;

function curve(pen, a, b) {
  const x0 = a.x + a.width + 1,
    y0 = a.y + a.height / 2,
    x1 = b.x - 1,
    y1 = b.y + b.height / 2;
  pen.moveTo(x0, y0);
  pen.bezierCurveTo((x0 + x1) / 2, y0, (x0 + x1) / 2, y1, x1, y1);
}

/** From the picture, whose weights stand in the squares themselves. */
function drawBundle(pen, left, right, colours) {
  pen.strokeStyle = colours.rule;
  pen.lineWidth = 1.2;
  pen.setLineDash([]);
  pen.beginPath();
  for (const a of left.boxes) for (const b of right.boxes) curve(pen, a, b);
  pen.stroke();
}

function drawUnit(pen, column, box, store, most, colours) {
  const { data, structure } = store.world.value,
    { pictures, image, [column.column.a]: values } = store.arrays.value;
  const output = column.index === structure.columns.length - 1 && structure.task !== "numbers";
  const grid = column.index && data.plane ? gridOfUnit(store, column.index, box.unit) : null;
  const picture = column.index === 1 && pictures ? placesOf(store, column.column.a)(box.unit) : -1;
  if (column.picture) {
    if (image) paintImage(pen, image, box, colours);
  } else if (column.index === 0 && data.plane) paintInput(pen, box.unit, data.bounds, box, colours);
  else if (grid)
    paintMap(pen, grid, box, colours, output ? { unit: box.unit, classes: column.column.units } : null);
  else if (picture >= 0 && picture < pictures.shape[0]) paintPicture(pen, pictures, picture, box, colours);
  else {
    const place = placesOf(store, column.column.a)(box.unit);
    paintValue(pen, values ? values.data[place] : NaN, most, box, colours);
  }
  if (store.view.value.histograms?.[column.column.a]?.dead?.includes(box.unit)) dead(pen, box, colours);
  if (output && column.column.units > 1) drawMark(pen, box, colours);
}

/** A unit that passes nothing: a dotted frame. */
function dead(pen, box, colours) {
  pen.strokeStyle = colours.paper;
  pen.lineWidth = 2.4;
  pen.setLineDash([3, 3]);
  pen.strokeRect(box.x, box.y, box.width, box.height);
  pen.setLineDash([]);
}

function outline(pen, box, ink) {
  pen.strokeStyle = ink;
  pen.lineWidth = 3;
  pen.strokeRect(box.x, box.y, box.width, box.height);
}

/** The shape of the class that an output is about. */
function drawMark(pen, box, colours) {
  pen.beginPath();
  shapePath(pen, box.unit, box.x + box.width + 10, box.y + box.height / 2, 4);
  pen.fillStyle = hue(colours, box.unit);
  pen.fill();
}

/** What can be pointed at and reached by Tab: each unit, and the pagers of wide columns. */
function units(at, store, local) {
  const { data, structure } = store.world.value;
  const name = ({ column, index }, unit) => {
    if (index === 0) return data.features[unit];
    return index === structure.columns.length - 1 && structure.task !== "numbers" && column.units > 1
      ? `output, ${className(data, unit)}`
      : `${column.title}, unit ${unit}`;
  };
  const style = ({ x, y, width, height }) => `left:${x}px;top:${y}px;width:${width}px;height:${height}px`;
  const large = (column) => column.index > 0 && data.plane;
  return at.columns.map(
    (column) =>
      html`<div role="group" aria-label=${column.column.title}>
        ${column.boxes.map(
          (box) =>
            html`<button
              style=${style(box)}
              ?disabled=${!large(column)}
              title=${name(column, box.unit)}
              aria-label=${`${name(column, box.unit)}: show its map large`}
              aria-pressed=${local.pinned.value?.column === column.index && local.pinned.value?.unit === box.unit}
              @pointerenter=${() => point(local, column.index, box.unit)}
              @pointerleave=${() => (local.unit.value = null)}
              @focus=${(event) => event.target.matches(":focus-visible") && point(local, column.index, box.unit)}
              @blur=${() => (local.unit.value = null)}
              @click=${() => pin(local, column.index, box.unit)}
            ></button>`,
        )}
        ${column.pager ? pager(column, at, local) : ""}
      </div>`,
  );
}

const point = (local, column, unit) => (local.unit.value = { column, unit });

function pin(local, column, unit) {
  const before = local.pinned.value;
  local.pinned.value = before?.column === column && before.unit === unit ? null : { column, unit };
}

function pager({ column, units: few, index, middle }, at, local) {
  const turn = (by) => {
    const start = Math.min(Math.max(0, few[0] + by * few.length), column.units - few.length);
    local.windows.value = { ...local.windows.value, [index]: start };
  };
  const last = index === at.columns.length - 1;
  return html`<p
    class=${`pager ui ${index === 0 ? "first" : last ? "last" : ""}`}
    style=${`left:${index === 0 ? 0 : last ? middle + at.size / 2 : middle}px;top:${at.height - (PAGER - 2) * at.em}px`}
  >
    <button
      aria-label=${`earlier units of ${column.title}`}
      ?disabled=${few[0] === 0}
      @click=${() => turn(-1)}
    >
      ‹
    </button>
    <span>${few[0]}–${few.at(-1)} <span class="soft">of ${column.units}</span></span>
    <button
      aria-label=${`later units of ${column.title}`}
      ?disabled=${few.at(-1) === column.units - 1}
      @click=${() => turn(1)}
    >
      ›
    </button>
  </p>`;
}
