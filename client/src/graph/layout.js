// Where everything in the drawing of a network stands: columns of units, and what is written beside them.

const MOST_OPEN = 64; // units of an opened column that are drawn
const FEW = 4; // units that have room for all their numbers
const SOME = 10; // units that have room for one

/** Where on its edge a weight may stand, from the end where edges lie apart: the first place that is free. */
const ALONG = [0.22, 0.26, 0.18, 0.31, 0.36, 0.42, 0.48, 0.54, 0.6, 0.66, 0.72, 0.78];

/** Sizes of the two drawings, in their own units: one is drawn at about a pixel each. */
const WIDE = {
  width: 600, left: 44, right: 128, radius: 34, small: 27, text: 13, head: 14, line: 16, top: 52, pitch: 126, plain: 118, apart: 136, side: true,
};
const NARROW = {
  width: 340, left: 29, right: 32, radius: 27, small: 21, text: 11.5, head: 12.5, line: 14.5, top: 58, pitch: 140, plain: 120, apart: 126, side: false,
};

/**
 * @param {object} structure `world.structure`
 * @param {{narrow: boolean, opened: Set<string>}} how
 * @returns columns with their units' places, and the size of the drawing
 */
export function layout(structure, { narrow, opened }) {
  const size = narrow ? NARROW : WIDE;
  const count = structure.columns.length;
  const gap = (size.width - size.left - size.right) / Math.max(1, count - 1);
  const drawn = structure.columns.map((column) => unitsOf(column, opened.has(column.a)));
  const roomy = gap >= (size.side ? 190 : 125) && drawn.every(({ places }) => places.length <= FEW);
  const columns = structure.columns.map((column, i) => {
    const hidden = i > 0 && i < count - 1;
    return { column, i, x: size.left + i * gap, ...densityOf(drawn[i], roomy, size, hidden), ...drawn[i] };
  });
  const heights = columns.map(({ places, pitch, radius }) => (places.length - 1) * pitch + 2 * radius);
  const tall = Math.max(...heights, 160);
  const under = columns.map(({ strip, i }) => (i === count - 1 ? 4.4 : strip ? 2.5 : 2) * size.text);
  const bottoms = heights.map((high, i) => tall / 2 + high / 2 + under[i]);
  const notes = Math.max(...structure.columns.map(({ also }) => also.length));
  const top = size.top + size.line * notes + size.text * (roomy ? 1.2 : 0.3);
  const height = top + Math.max(...bottoms) + size.text * 1.6;
  const middle = top + tall / 2;
  for (const column of columns) {
    const first = middle - ((column.places.length - 1) * column.pitch) / 2;
    column.y = column.places.map((_, k) => first + k * column.pitch);
  }
  return { size, gap, roomy, columns, height, width: size.width };
}

/** Which units of a column are drawn: all, or the first ones and the last. A gap is null. */
export function unitsOf(column, opened) {
  const all = column.units;
  if (all <= SOME || (opened && all <= MOST_OPEN)) return { places: range(0, all), folded: false, whole: true };
  if (opened) return { places: [...range(0, MOST_OPEN - 1), null, all - 1], folded: true, whole: false };
  return { places: [...range(0, FEW), null, all - 1], folded: true, whole: false };
}

/** Units that are drawn, of the columns that are too wide to be: what `want.units` asks for. */
export function wantedUnits(structure, opened) {
  const wanted = {};
  for (const column of structure.columns) {
    const { places, whole } = unitsOf(column, opened.has(column.a));
    if (!whole) wanted[column.a] = places.filter((unit) => unit !== null);
  }
  return wanted;
}

/** How much a unit tells: all its numbers, the one that the line is about, or none. */
function densityOf({ places }, roomy, size, hidden) {
  const n = places.length;
  if (roomy) {
    const pitch = hidden ? size.pitch : n < 3 ? size.apart : size.plain;
    return { radius: size.radius, numbers: 2, strip: hidden, pitch };
  }
  if (n <= SOME) return { radius: size.small, numbers: 1, strip: false, pitch: size.small * 2 + size.text * 1.3 };
  const pitch = Math.min(18, Math.max(10, 640 / n));
  return { radius: pitch * 0.39, numbers: 0, strip: false, pitch };
}

/** Where the ends of an edge meet the circles of two units. */
export function ends(from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy);
  const [ux, uy] = [dx / length, dy / length];
  return {
    x0: from.x + ux * (from.radius + 2),
    y0: from.y + uy * (from.radius + 2),
    x1: to.x - ux * (to.radius + 2),
    y1: to.y - uy * (to.radius + 2),
    ux,
    uy,
  };
}

/** Every edge that is drawn, with the entry that is its weight. */
export function edges({ columns }) {
  const all = [];
  for (let i = 1; i < columns.length; i++) {
    const [before, after] = [columns[i - 1], columns[i]];
    if (!after.column.weights) continue;
    before.places.forEach((from, a) => {
      after.places.forEach((to, b) => {
        if (from === null || to === null) return;
        const start = { x: before.x, y: before.y[a], radius: before.radius };
        const end = { x: after.x, y: after.y[b], radius: after.radius };
        all.push({ gap: i, from, to, name: after.column.weights, ...ends(start, end) });
      });
    });
  }
  return all;
}

/**
 * Places for the weights on their edges, near the end where edges lie apart, none over another or over `taken`.
 * @returns for each edge {x, y, t}, or null where there is no room
 */
export function labels(list, { columns, size, gap, roomy }, taken, always) {
  const boxes = [...taken];
  const wide = size.text * (size.side ? 2.9 : 2.6);
  const high = size.text * 1.25;
  return list.map((edge) => {
    const [before, after] = [columns[edge.gap - 1], columns[edge.gap]];
    const crowd = before.places.length * after.places.length;
    const narrow = gap - before.radius - after.radius < 62;
    if ((crowd > (roomy ? 12 : 6) || narrow) && !always(edge)) return null;
    const atStart = before.places.length <= after.places.length;
    for (const along of ALONG) {
      const t = atStart ? along : 1 - along;
      const x = edge.x0 + t * (edge.x1 - edge.x0);
      const y = edge.y0 + t * (edge.y1 - edge.y0);
      const box = [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2];
      if (boxes.some((other) => overlap(box, other))) continue;
      boxes.push(box);
      return { x, y, t };
    }
    return null;
  });
}

function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

function range(from, to) {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
