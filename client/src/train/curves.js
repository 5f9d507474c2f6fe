// Loss and accuracy over the epochs: training solid, held out dashed; values at the pointer, and by arrow keys.
import { signal } from "@preact/signals-core";
import { html, render } from "lit-html";
import { askThere, seek } from "../actions.js";
import { region } from "../region.js";
import { localOf } from "./local.js";
import { drawn, part } from "./part.js";
import { drawAxes, linear, logTicks, number, ticks, whole } from "./scale.js";

export const LOSS = { title: "Loss", first: 1, decimals: 3 };
const ACCURACY = { title: "Accuracy", first: 3, decimals: 3 };

/** Make both charts, or the loss alone where nothing is classified, in `element`. */
export function curves(element, store) {
  const local = localOf(store);
  const under = signal(null); // the epoch that is pointed at
  const end = region(() => {
    const { data, structure } = store.world.value,
      kinds = structure.task === "numbers" ? [LOSS] : [LOSS, ACCURACY];
    render(
      html`${kinds.map((kind) => chart(kind, store, local, under))}
        <p class="key small ui soft">
          <span>${line(false)} training, ${whole(data.train)}</span>
          ${data.held ? html`<span>${line(true)} held out, ${whole(data.held)}</span>` : ""}
        </p>`,
      element,
    );
  });
  return end;
}

const line = (dashed) =>
  html`<svg class="dash" viewBox="0 0 36 8" aria-hidden="true">
    <path
      d="M0 4h36"
      fill="none"
      stroke=${dashed ? "var(--soft)" : "var(--ink)"}
      stroke-width="1.6"
      stroke-dasharray=${dashed ? "4 2.5" : "none"}
    />
  </svg>`;

function chart(kind, store, local, under) {
  return html`<figure class="chart">
    <figcaption>
      <h3>${kind.title}</h3>
      ${
        kind === LOSS
          ? html`<label class="small ui log"
              ><input
                type="checkbox"
                .checked=${local.log.value}
                @change=${(event) => (local.log.value = event.target.checked)}
              />
              log</label
            >
            <button class="link small" @click=${() => askThere(store, "L")}>Why is L so?</button>`
          : ""
      } <output class="small ui reads" ${part(reading, store, kind, under)}></output>
    </figcaption>
    <div class="curve" ${part(plot, store, local, kind, under)}></div>
  </figure>`;
}

/** The values at the epoch that is pointed at, in a place of their own. */
function reading(element, store, kind, under) {
  return region(() => {
    const rows = rowsOf(store.arrays.value.curves),
      at = under.value === null ? -1 : nearest(rows, under.value);
    if (at < 0) {
      element.textContent = "";
      return;
    }
    const [epoch, ...values] = rows[at],
      held = values[kind.first];
    const kept = Number.isFinite(held)
      ? html`, <span class="soft">${number(held, kind.decimals)}</span>`
      : "";
    render(
      html`<span class="soft">epoch</span> ${number(epoch, Number.isInteger(epoch) ? 0 : 2)}:
        ${number(values[kind.first - 1], kind.decimals)}${kept}`,
      element,
    );
  });
}

function plot(element, store, local, kind, under) {
  render(
    html`<canvas
      data-picture=${kind.title.toLowerCase()}
      tabindex="0"
      role="slider"
      aria-label=${`${kind.title} by epoch`}
      aria-valuemin="0"
    ></canvas>`,
    element,
  );
  const canvas = element.firstElementChild;
  const rows = () => rowsOf(store.arrays.value.curves);
  const at = (event) => {
    const all = rows(),
      { left, width } = canvas.getBoundingClientRect(),
      box = boxOf(width, 1, parseFloat(getComputedStyle(canvas).fontSize) / 16);
    const last = Math.max(1, all.at(-1)?.[0] ?? 1);
    return linear([box.x, box.x + box.width], [0, last])(event.clientX - left);
  };
  const go = () => {
    const all = rows(),
      found = nearest(all, under.value ?? Infinity);
    if (found >= 0)
      seek(store, Math.min(store.view.value.newest, Math.round(all[found][0] * store.view.value.per_epoch)));
  };
  const listeners = {
    pointermove: (event) => (under.value = at(event)),
    pointerleave: () => (under.value = null),
    blur: () => (under.value = null),
    click: go,
    keydown: (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity }[
        event.key
      ];
      if (event.key === "Enter") go();
      if (by === undefined) return;
      event.preventDefault();
      const all = rows(),
        found = under.value === null ? all.length - 1 : nearest(all, under.value);
      under.value = all[Math.min(Math.max(found + by, 0), all.length - 1)]?.[0] ?? null;
    },
  };
  for (const [name, listener] of Object.entries(listeners)) canvas.addEventListener(name, listener);
  const ends = [
    drawn(canvas, (pen, size, colours) => {
      const log = kind === LOSS && local.log.value;
      drawCurve(
        pen,
        size,
        { rows: rows(), kind, log, under: under.value, now: epochOf(store.view.value) },
        colours,
      );
    }, store),
    region(() => {
      const all = rows(),
        found = under.value === null ? all.length - 1 : nearest(all, under.value);
      if (!store.playing.value) describe(canvas, all, found, kind);
    }),
  ];
  return () => {
    for (const [name, listener] of Object.entries(listeners)) canvas.removeEventListener(name, listener);
    ends.forEach((end) => end());
  };
}

function describe(canvas, all, found, kind) {
  const row = all[found];
  canvas.setAttribute("aria-valuemax", String(Math.round(all.at(-1)?.[0] ?? 0)));
  canvas.setAttribute("aria-valuenow", String(Math.round(row?.[0] ?? 0)));
  canvas.setAttribute(
    "aria-valuetext",
    row
      ? `epoch ${number(row[0], 0)}: training ${number(row[kind.first], kind.decimals)}` +
          (Number.isFinite(row[kind.first + 1])
            ? `, held out ${number(row[kind.first + 1], kind.decimals)}`
            : "")
      : "nothing yet",
  );
}

/** The rows of the array: [epoch, loss, held-out loss, accuracy, held-out accuracy]. */
export function rowsOf(curves) {
  if (!curves) return [];
  const [count, each] = curves.shape;
  if (!read.has(curves)) {
    const row = (_, i) => Array.from(curves.data.subarray(i * each, (i + 1) * each));
    read.set(curves, Array.from({ length: count }, row));
  }
  return read.get(curves);
}

const read = new WeakMap(); // the rows of an array, which several pictures draw

function nearest(rows, epoch) {
  if (!rows.length) return -1;
  let low = 0,
    high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle][0] < epoch) low = middle + 1;
    else high = middle;
  }
  return low > 0 && epoch - rows[low - 1][0] < rows[low][0] - epoch ? low - 1 : low;
}

const boxOf = (width, height, em) => ({
  x: 36 * em,
  y: 10,
  width: Math.max(40, width - 82 * em),
  height: height - 10 - 36 * em,
});

/** Where the training stands, in epochs. */
export const epochOf = ({ step, per_epoch: perEpoch }) => step / perEpoch;

/** A chart; `kind.first` is the column of training, the next one that of what is held out. */
export function drawCurve(pen, { width, height }, { rows, kind, log, under, now }, colours) {
  const { em } = colours,
    box = boxOf(width, height, em),
    last = Math.max(1, rows.at(-1)?.[0] ?? 1);
  const x = {
    at: linear([0, last], [box.x, box.x + box.width]),
    ticks: ticks(0, last, Math.max(2, box.width / (62 * em))),
  };
  const y = scaleOf(rows, kind, log, box);
  drawAxes(pen, box, x, y, colours);
  pen.beginPath();
  pen.moveTo(box.x, box.y + box.height);
  pen.lineTo(box.x + box.width, box.y + box.height);
  pen.stroke();
  pen.fillStyle = colours.soft;
  pen.textAlign = "center";
  pen.fillText("epoch", box.x + box.width / 2, height - 3);
  if (!rows.length) return;
  const lines = [
    { at: kind.first, ink: colours.ink, dash: [] },
    { at: kind.first + 1, ink: colours.soft, dash: [4, 2.5] },
  ];
  for (const { at, ink, dash } of lines) {
    pen.strokeStyle = ink;
    pen.lineWidth = 1.5;
    pen.setLineDash(dash);
    pen.beginPath();
    trace(pen, rows, at, x.at, y.at);
    pen.stroke();
  }
  pen.setLineDash([]);
  if (now < last - 0.5)
    drawCursor(pen, rows[nearest(rows, now)], kind, x.at, y.at, box, { ...colours, line: colours.ink });
  drawEnds(pen, rows.at(-1), kind, x.at, y.at, box, colours);
  if (under !== null && under !== undefined)
    drawCursor(pen, rows[nearest(rows, under)], kind, x.at, y.at, box, colours);
}

/** From 0, or of an accuracy from the round value below what there is; logarithmic where asked for. */
function scaleOf(rows, kind, log, box) {
  let least = Infinity,
    most = -Infinity;
  for (const row of rows) {
    for (const value of [row[kind.first], row[kind.first + 1]]) {
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  if (least > most) [least, most] = kind === ACCURACY ? [0, 1] : [log ? 0.1 : 0, 1];
  const ends = [box.y + box.height, box.y];
  if (log) {
    if (most / least < 1.5) [least, most] = [least / 1.5, most * 1.5];
    const at = linear([Math.log10(least), Math.log10(most)], ends);
    return { at: (value) => at(Math.log10(Math.max(value, least / 10))), ticks: logTicks(least, most) };
  }
  const low = kind === ACCURACY ? Math.min(0.8, Math.floor(least * 5) / 5) : 0,
    high = kind === ACCURACY ? 1 : most * 1.06 || 1;
  return { at: linear([low, high], ends), ticks: ticks(low, high, 5) };
}

/** A line; where a pixel has many epochs, the least and the most of them. */
function trace(pen, rows, at, x, y) {
  let open = false,
    column = NaN,
    least = 0,
    most = 0;
  for (const row of rows) {
    const value = row[at];
    if (!Number.isFinite(value)) {
      open = false;
      continue;
    }
    const px = x(row[0]),
      py = y(value);
    if (open && Math.round(px) === column && py >= least && py <= most) continue;
    if (Math.round(px) !== column) [column, least, most] = [Math.round(px), py, py];
    [least, most] = [Math.min(least, py), Math.max(most, py)];
    if (open) pen.lineTo(px, py);
    else pen.moveTo(px, py);
    open = true;
  }
}

/** The values as they stand, beside the ends of the lines, never on each other. */
function drawEnds(pen, row, kind, x, y, box, colours) {
  const here = x(row[0]),
    both = [row[kind.first], row[kind.first + 1]];
  const heights = both.map(y);
  const apart =
    Number.isFinite(both[1]) && Number.isFinite(both[0])
      ? Math.max(0, 15 * colours.em - Math.abs(heights[0] - heights[1])) / 2
      : 0;
  const above = both[0] >= both[1] ? [-1, 1] : [1, -1];
  const lowest = heights.map((height, i) => height + above[i] * apart).filter(Number.isFinite);
  const floor = Math.max(...lowest) - (box.y + box.height - 2);
  both.forEach((value, i) => {
    if (!Number.isFinite(value)) return;
    pen.fillStyle = i ? colours.paper : colours.ink;
    pen.strokeStyle = i ? colours.soft : colours.ink;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.arc(here, heights[i], 3, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
    pen.fillStyle = i ? colours.soft : colours.ink;
    pen.font = `${12 * colours.em}px ${colours.sans}`;
    pen.textAlign = "left";
    pen.fillText(
      number(value, kind.decimals),
      here + 8,
      heights[i] + 4 * colours.em + above[i] * apart - Math.max(0, floor),
    );
  });
}

function drawCursor(pen, row, kind, x, y, box, colours) {
  if (!row) return;
  pen.strokeStyle = colours.line;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(x(row[0]), box.y);
  pen.lineTo(x(row[0]), box.y + box.height);
  pen.stroke();
  for (const [value, ink] of [
    [row[kind.first], colours.ink],
    [row[kind.first + 1], colours.soft],
  ]) {
    if (!Number.isFinite(value)) continue;
    pen.fillStyle = ink;
    pen.beginPath();
    pen.arc(x(row[0]), y(value), 3, 0, 2 * Math.PI);
    pen.fill();
  }
}
