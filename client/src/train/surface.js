// The data and the decision surface: what the network gives at every place of the input plane.
import { bandPath, gridOf, hatch, inside, paintBands, range } from "./bands.js";
import { hue, mix, regionHue } from "./colours.js";
import { drawAxes, linear, ticks } from "./scale.js";
import { shapePath } from "./shapes.js";

const eighths = [1, 2, 3, 4, 5, 6, 7].map((k) => k / 8);
const shares = [0.3, 0.55, 0.8, 1];

/** Where the plane lies in a picture of this size, and the scales between data and pixels. */
export function planeGeometry(width, height, bounds, em = 1) {
  const text = Math.max(11, Math.min(13 * em, width / 44));
  const box = { x: 3.4 * text, y: 4, width: width - 4 * text, height: height - 2.4 * text - 4 };
  const [x0, x1, y0, y1] = bounds;
  return {
    box,
    text,
    x: linear([x0, x1], [box.x, box.x + box.width]),
    y: linear([y0, y1], [box.y + box.height, box.y]),
    back: (px, py) => [
      x0 + ((px - box.x) / box.width) * (x1 - x0),
      y0 + (1 - (py - box.y) / box.height) * (y1 - y0),
    ],
  };
}

/** Of two classes, or of yes and no: eight bands, and a line of ink at one half. */
function paintTwo(pen, surface, box, colours) {
  const single = surface.shape[0] === 1;
  const fills = single ? [...colours.s].reverse() : colours.s;
  const grid = gridOf(surface);
  paintBands(pen, grid, eighths, fills, box);
  strokeLine(pen, grid, 0.5, box, colours.ink);
}

function strokeLine(pen, grid, threshold, box, ink, width = 1.2) {
  const [least, most] = range(grid.values);
  if (threshold <= least || threshold > most) return;
  bandPath(pen, grid, threshold, box);
  pen.strokeStyle = ink;
  pen.lineWidth = width;
  pen.setLineDash([]);
  pen.stroke();
}

/** Of more classes: where a class leads, its hue, the deeper the surer. */
function paintMany(pen, surface, box, colours) {
  const grids = Array.from({ length: surface.shape[0] }, (_, k) => gridOf(surface, k));
  grids.forEach((grid, k) => {
    const lead = { ...grid, values: leads(grids, k) };
    const [least, most] = range(lead.values);
    if (most < 0) return;
    pen.save();
    if (least < 0) {
      bandPath(pen, lead, 0, box);
      pen.clip("evenodd");
    }
    const floor = 1 / grids.length;
    const thresholds = [1, 2, 3].map((i) => floor + ((1 - floor) * i) / 4);
    paintBands(
      pen,
      grid,
      thresholds,
      shares.map((share) => mix(regionHue(colours, k), colours.paper, share)),
      box,
    );
    pen.restore();
    strokeLine(pen, lead, 0, box, colours.ink);
  });
}

/** By how much each place is rather of class k than of the best other one. */
function leads(grids, k) {
  return grids[k].values.map((value, i) => {
    let best = -Infinity;
    for (let j = 0; j < grids.length; j += 1)
      if (j !== k && grids[j].values[i] > best) best = grids[j].values[i];
    return value - best;
  });
}

/** Of numbers, or of a unit: five bands about zero, those below it hatched. */
export function paintSigned(pen, grid, box, colours, size = sizeOf(grid.values)) {
  const thresholds = [-0.6, -0.2, 0.2, 0.6].map((share) => share * size);
  const lines = () => hatch(pen, box, mix(colours.neg, colours.t[1], 0.55), box.width > 200 ? 9 : 5);
  paintBands(pen, grid, thresholds, colours.t, box, 2, lines);
}

/** Of any output over the plane, as its task asks. */
export function paintOutput(pen, { surface, task, labels }, box, colours) {
  if (task === "numbers")
    paintSigned(pen, gridOf(surface), box, colours, sizeOf(labels?.data ?? surface.data));
  else if (task === "labels" || surface.shape[0] <= 2) paintTwo(pen, surface, box, colours);
  else paintMany(pen, surface, box, colours);
}

/** The points: their shape and hue by class, hollow where held out, ringed where the answer is wrong. */
export function drawPoints(pen, { points, labels, held, said }, at, colours, task) {
  const count = points.shape[0],
    r = at.text / (count < 20 ? 2 : 3.3),
    numbers = task === "numbers";
  const place = (i) => [at.x(points.data[2 * i]), at.y(points.data[2 * i + 1])];
  const most = numbers ? sizeOf(labels.data) : 0;
  pen.setLineDash([]);
  // Those that look the same go at one stroke; those held out over the others.
  for (const { rows, kind, hollow, fill } of alike(labels, held, numbers, most, colours)) {
    const ink = numbers ? colours.ink : hue(colours, kind);
    pen.beginPath();
    for (const i of rows) shapePath(pen, kind, ...place(i), hollow ? r : 0.95 * r);
    pen.fillStyle = hollow ? colours.paper : (fill ?? ink);
    pen.strokeStyle = hollow || numbers ? ink : colours.paper;
    pen.lineWidth = hollow ? 1.5 : 0.8;
    pen.fill();
    pen.stroke();
  }
  if (!numbers && said) drawRings(pen, wrong({ labels, said }).map(place), r, colours);
}

/** The points in groups that are drawn alike. */
function alike(labels, held, numbers, most, colours) {
  const groups = new Map();
  labels.data.forEach((label, i) => {
    const hollow = held.data[i];
    const kind = numbers ? (label < 0 ? 4 : 0) : label;
    const fill = numbers ? bandOf(label, most, colours) : undefined;
    const key = `${hollow} ${kind} ${hollow ? "" : fill}`;
    if (!groups.has(key)) groups.set(key, { rows: [], kind, hollow, fill });
    groups.get(key).rows.push(i);
  });
  return [...groups.values()].sort((a, b) => a.hollow - b.hollow);
}

function drawRings(pen, places, r, colours) {
  const many = places.length > 24,
    size = (many ? 1.9 : 2.3) * r;
  pen.strokeStyle = colours.ink;
  pen.lineWidth = many ? 1.2 : 2;
  pen.beginPath();
  for (const [x, y] of places) {
    pen.moveTo(x + size, y);
    pen.arc(x, y, size, 0, 2 * Math.PI);
  }
  pen.stroke();
}

/** A frame around one point. */
function drawChosen(pen, { points, chosen }, at, colours) {
  if (points.shape[0] < 2 || chosen >= points.shape[0]) return;
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 2;
  pen.strokeRect(at.x(points.data[2 * chosen]) - 7, at.y(points.data[2 * chosen + 1]) - 7, 14, 14);
}

/** The colour that the surface has where the network gives this number. */
function bandOf(value, size, colours) {
  return colours.t[[-0.6, -0.2, 0.2, 0.6].filter((share) => share * size <= value).length];
}

const sizeOf = (values) => Math.max(...range(values).map(Math.abs)) || 1;

/** The rows whose answer is not their label. */
export function wrong({ labels, said }) {
  const rows = [];
  for (let i = 0; i < labels.data.length; i += 1) if (labels.data[i] !== said.data[i]) rows.push(i);
  return rows;
}

/** The whole picture. `shown` is {bounds, surface or unit, points, labels, held, said, task}. */
export function drawSurface(pen, { width, height }, shown, colours) {
  const at = planeGeometry(width, height, shown.bounds, colours.em);
  const { box } = at;
  inside(pen, box, () => {
    if (shown.unit) paintSigned(pen, shown.unit, box, colours);
    else if (shown.surface) paintOutput(pen, shown, box, colours);
    if (shown.points) drawPoints(pen, shown, at, colours, shown.task);
    if (shown.points && (shown.chosen ?? -1) >= 0) drawChosen(pen, shown, at, colours);
  });
  pen.strokeStyle = colours.line;
  pen.lineWidth = 1;
  pen.strokeRect(box.x, box.y, box.width, box.height);
  const [x0, x1, y0, y1] = shown.bounds;
  const many = Math.max(3, Math.round(box.width / 95));
  drawAxes(
    pen,
    box,
    { at: at.x, ticks: ticks(x0, x1, many) },
    { at: at.y, ticks: ticks(y0, y1, many) },
    colours,
    at.text,
  );
}

/** What the key of the colours beside the title shows; null where each class has a hue of its own. */
export function rampOf(shown) {
  if (shown.unit || (shown.task === "numbers" && shown.surface)) {
    const size = sizeOf(shown.unit?.values ?? shown.labels?.data ?? shown.surface.data);
    return { kind: "unit", low: -size, high: size };
  }
  if (!shown.surface || (shown.task === "classes" && shown.surface.shape[0] > 2)) return null;
  return { kind: "surface", reversed: shown.surface.shape[0] === 1, low: 0, high: 1, half: true };
}
