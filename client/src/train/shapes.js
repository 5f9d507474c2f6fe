// One shape a class, so that no class is told by its colour alone.

export const shapes = [
  "circle",
  "triangle",
  "square",
  "diamond",
  "wedge",
  "plus",
  "pentagon",
  "cross",
  "hexagon",
  "star",
];

/** The corners of a regular shape of `count` corners; every second one at `inner` of the radius for a star. */
function corners(count, turn, inner = 1) {
  return Array.from({ length: count }, (_, i) => {
    const angle = turn + (2 * Math.PI * i) / count,
      r = i % 2 ? inner : 1;
    return [r * Math.cos(angle), r * Math.sin(angle)];
  });
}
const up = -Math.PI / 2;
const arms = (w, h) => [
  [-w, -h],
  [w, -h],
  [w, -w],
  [h, -w],
  [h, w],
  [w, w],
  [w, h],
  [-w, h],
  [-w, w],
  [-h, w],
  [-h, -w],
  [-w, -w],
];
const turned = (points, angle) =>
  points.map(([x, y]) => [
    x * Math.cos(angle) - y * Math.sin(angle),
    x * Math.sin(angle) + y * Math.cos(angle),
  ]);

const outlines = {
  triangle: corners(3, up).map(([x, y]) => [1.38 * x, 1.38 * y + 0.2]),
  square: corners(4, Math.PI / 4).map(([x, y]) => [1.25 * x, 1.25 * y]),
  diamond: corners(4, up).map(([x, y]) => [1.3 * x, 1.3 * y]),
  wedge: corners(3, -up).map(([x, y]) => [1.38 * x, 1.38 * y - 0.2]),
  plus: arms(0.42, 1.15),
  pentagon: corners(5, up).map(([x, y]) => [1.15 * x, 1.15 * y]),
  cross: turned(arms(0.42, 1.15), Math.PI / 4),
  hexagon: corners(6, 0).map(([x, y]) => [1.15 * x, 1.15 * y]),
  star: corners(10, up, 0.5).map(([x, y]) => [1.35 * x, 1.35 * y]),
};

export const shapeOf = (index) => shapes[index % shapes.length];

/** Add the outline of a class's shape to the path of a pen. */
export function shapePath(pen, index, x, y, r) {
  const outline = outlines[shapeOf(index)];
  if (!outline) {
    pen.moveTo(x + r, y);
    pen.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  outline.forEach(([dx, dy], i) =>
    i ? pen.lineTo(x + r * dx, y + r * dy) : pen.moveTo(x + r * dx, y + r * dy),
  );
  pen.closePath();
}

/** The same outline as the `d` of an SVG path around (0, 0). */
export function shapeData(index, r) {
  const outline = outlines[shapeOf(index)];
  if (!outline) return `M${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
  return `M${outline.map(([x, y]) => `${(r * x).toFixed(2)} ${(r * y).toFixed(2)}`).join("L")}Z`;
}
