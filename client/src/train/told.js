// A point, or a place of the plane, in words.
import { gridOf, valueAt } from "./bands.js";
import { number } from "./scale.js";
import { className } from "./shown.js";

const pair = (x, y) => `(${number(x, 2)}, ${number(y, 2)})`;

/** What is known of a point. */
export function told({ points, labels, held, said, task }, row, { data }) {
  const at = pair(points.data[2 * row], points.data[2 * row + 1]);
  const kept = held.data[row] ? ", held out" : "";
  if (task === "numbers") return `${at} has ${number(labels.data[row], 3)}${kept}`;
  const right = !said || said.data[row] === labels.data[row];
  return `${at} is ${className(data, labels.data[row])}${kept}${right ? "" : `, but called ${className(data, said.data[row])}`}`;
}

/** What the picture shows at a place. */
export function valuesAt({ surface, unit, bounds, task }, [x, y], { data }) {
  const [x0, x1, y0, y1] = bounds;
  const read = (grid) => valueAt(grid, (x - x0) / (x1 - x0), (y - y0) / (y1 - y0));
  if (unit) return `${pair(x, y)}  ${number(read(unit), 2)}`;
  if (!surface) return pair(x, y);
  const outputs = Array.from({ length: surface.shape[0] }, (_, k) => read(gridOf(surface, k)));
  if (task === "numbers") return `${pair(x, y)}  ${outputs.map((value) => number(value, 2)).join(", ")}`;
  const classes = outputs.length === 1 ? [[outputs[0], 1]] : outputs.map((value, k) => [value, k]);
  const few = outputs.length === 2 ? classes.slice(0, 1) : classes.sort(([a], [b]) => b - a).slice(0, 2);
  return `${pair(x, y)}  ${few.map(([p, k]) => `P(${className(data, k)}) ${number(p, 2)}`).join(", ")}`;
}
