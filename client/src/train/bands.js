// Flat bands of equal value over the plane, as on a map.
import { contours } from "d3-contour";

/**
 * A grid of values is {values, across, down}: row by row from the lowest y upward, the outermost values on the edges
 * of the box. `box` is {x, y, width, height} in pixels, y downward.
 */
export function bandPath(pen, grid, threshold, box) {
  const { across, down } = grid;
  const wide = box.width / (across - 1),
    high = box.height / (down - 1);
  const left = box.x - 0.5 * wide,
    bottom = box.y + box.height + 0.5 * high;
  pen.beginPath();
  for (const polygon of lines(grid, threshold)) {
    for (const ring of polygon) {
      ring.forEach(([x, y], i) =>
        i ? pen.lineTo(left + x * wide, bottom - y * high) : pen.moveTo(left + x * wide, bottom - y * high),
      );
      pen.closePath();
    }
  }
}

/** Where a grid has a value; found once, since a grid may be drawn again with every picture. */
function lines(grid, threshold) {
  grid.lines ??= new Map();
  if (!grid.lines.has(threshold)) {
    const found = contours().size([grid.across, grid.down]).contour(grid.values, threshold).coordinates;
    grid.lines.set(threshold, found);
  }
  return grid.lines.get(threshold);
}

/**
 * Paint the bands: `fills[0]` below the first threshold, `fills[i + 1]` from the i-th on. What `lower` draws shows in the
 * first `split` bands alone: the others are laid over it.
 */
export function paintBands(pen, grid, thresholds, fills, box, split = 0, lower = () => {}) {
  const [least, most] = range(grid.values);
  const first = thresholds.findLastIndex((threshold) => threshold <= least) + 1;
  const last = thresholds.findLastIndex((threshold) => threshold <= most) + 1;
  pen.fillStyle = fills[first];
  pen.fillRect(box.x, box.y, box.width, box.height);
  for (let band = first + 1; band <= last; band += 1) {
    if (band === split) lower();
    pen.fillStyle = fills[band];
    bandPath(pen, grid, thresholds[band - 1], box);
    pen.fill("evenodd");
  }
  if (last < split) lower();
}

/** Draw inside a box alone. */
export function inside(pen, box, draw) {
  pen.save();
  pen.beginPath();
  pen.rect(box.x, box.y, box.width, box.height);
  pen.clip();
  draw();
  pen.restore();
}

/** Slanted lines over a box: what is below 0 is hatched, so that its sign can be seen without colour. */
export function hatch(pen, box, colour, gap = 5, lineWidth = 1.1) {
  pen.strokeStyle = colour;
  pen.lineWidth = lineWidth;
  pen.setLineDash([]);
  pen.beginPath();
  for (let x = box.x - box.height + gap / 2; x < box.x + box.width; x += gap) {
    pen.moveTo(x, box.y + box.height);
    pen.lineTo(x + box.height, box.y);
  }
  pen.stroke();
}

export function range(values) {
  let least = Infinity,
    most = -Infinity;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

/** The value of a grid at shares (0 to 1) of its width and height, between its four neighbours. */
export function valueAt({ values, across, down }, right, up) {
  const x = Math.min(Math.max(right, 0), 1) * (across - 1),
    y = Math.min(Math.max(up, 0), 1) * (down - 1);
  const i = Math.min(Math.floor(x), across - 2),
    j = Math.min(Math.floor(y), down - 2);
  const row = (k) => values[k * across + i] * (1 - x + i) + values[k * across + i + 1] * (x - i);
  return row(j) * (1 - y + j) + row(j + 1) * (y - j);
}

const grids = new WeakMap(); // of each array, those that were asked for

/** The k-th grid of an array of shape (…, down, across). */
export function gridOf({ shape, data }, k = 0) {
  if (!grids.has(data)) grids.set(data, []);
  const found = grids.get(data);
  const [down, across] = shape.slice(-2),
    size = down * across;
  found[k] ??= { values: data.subarray(k * size, (k + 1) * size), across, down };
  return found[k];
}
