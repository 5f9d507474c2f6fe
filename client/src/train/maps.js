// What stands in the square of a unit: its activation over the input plane, its weights as a picture, or its value.
import { gridOf, hatch, inside, paintBands } from "./bands.js";
import { mix, regionHue } from "./colours.js";
import { number } from "./scale.js";
import { paintSigned } from "./surface.js";

const eighths = [1, 2, 3, 4, 5, 6, 7].map((k) => k / 8);

/** A unit's activation over the input plane; of a probability in the hues of the classes. */
export function paintMap(pen, grid, box, colours, output) {
  inside(pen, box, () => {
    if (!output) paintSigned(pen, grid, box, colours);
    else paintBands(pen, grid, eighths, probabilityFills(output, colours), box);
  });
  outline(pen, box, colours.ink);
}

/** From the other class to this one where there are two; else from paper to the class's hue. */
function probabilityFills({ unit, classes }, colours) {
  if (classes <= 2) return unit === 0 && classes === 2 ? colours.s : [...colours.s].reverse();
  return Array.from({ length: 8 }, (_, k) => mix(regionHue(colours, unit), colours.paper, (k + 1) / 8));
}

/** An input of two as a map: from left to right, or from below to above. */
export function paintInput(pen, feature, bounds, box, colours) {
  const [low, high] = bounds.slice(2 * feature, 2 * feature + 2);
  const values = [low, high].flatMap((far, row) =>
    (feature ? [far, far] : [low, high]).map((value) => value + 0 * row),
  );
  paintMap(pen, { values, across: 2, down: 2 }, box, colours, null);
}

/** The weights of a unit of the first layer, where the inputs are the pixels of an image. */
export function paintPicture(pen, pictures, k, box, colours) {
  const grid = gridOf(pictures, k);
  inside(pen, box, () => paintSigned(pen, upright(grid), box, colours));
  outline(pen, box, colours.ink);
}

/** Rows of an image go from above to below; a grid's from below to above. */
function upright({ values, across, down }) {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < down; row += 1)
    turned.set(values.subarray((down - 1 - row) * across, (down - row) * across), row * across);
  return { values: turned, across, down };
}

/** An image in ink, `most` being the darkest. */
export function paintImage(pen, { shape, data }, box, colours) {
  const [down, across] = shape,
    wide = box.width / across,
    high = box.height / down;
  let most = 0;
  for (const value of data) if (value > most) most = value;
  pen.fillStyle = colours.paper;
  pen.fillRect(box.x, box.y, box.width, box.height);
  data.forEach((value, i) => {
    const share = Math.round((8 * value) / (most || 1)) / 8;
    if (share <= 0) return;
    pen.fillStyle = mix(colours.ink, colours.paper, share);
    pen.fillRect(box.x + (i % across) * wide, box.y + Math.floor(i / across) * high, wide + 0.3, high + 0.3);
  });
  outline(pen, box, colours.ink);
}

/** A value as a bar from the middle, with its number; `most` is the length of the whole half. */
export function paintValue(pen, value, most, box, colours) {
  const middle = box.x + box.width / 2,
    room = box.width / 2 - 3,
    written = box.width >= 36;
  const size = Math.min(1, Math.abs(value) / (most || 1)) * room;
  const text = Math.max(11, Math.min(13 * colours.em, box.width / 4.2));
  const high = written ? Math.max(5, Math.min(14, box.height - text - 9)) : box.height - 8;
  const bar = {
    x: value < 0 ? middle - size : middle,
    y: box.y + box.height - high - 4,
    width: size,
    height: high,
  };
  pen.fillStyle = colours.paper;
  pen.fillRect(box.x, box.y, box.width, box.height);
  pen.fillStyle = value < 0 ? colours.t[0] : colours.t[4];
  pen.fillRect(bar.x, bar.y, bar.width, bar.height);
  if (value < 0) inside(pen, bar, () => hatch(pen, bar, colours.neg, 4));
  pen.strokeStyle = colours.line;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(middle, bar.y - 2);
  pen.lineTo(middle, bar.y + high + 2);
  pen.stroke();
  if (written) writeValue(pen, value, box, middle, { text, high }, colours);
  outline(pen, box, colours.ink);
}

function writeValue(pen, value, box, middle, { text, high }, colours) {
  pen.fillStyle = colours.ink;
  pen.font = `${text}px ${colours.sans}`;
  pen.textAlign = "center";
  pen.textBaseline = "alphabetic";
  pen.fillText(
    number(value, box.width < 48 ? 2 : 3),
    middle,
    box.y + (box.height - high - 6) / 2 + 0.38 * text + 1,
  );
}

function outline(pen, box, ink) {
  pen.setLineDash([]);
  pen.strokeStyle = ink;
  pen.lineWidth = 1.2;
  pen.strokeRect(box.x, box.y, box.width, box.height);
}
