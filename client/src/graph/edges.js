// Edges: their ink and dash say the sign of the weight, their width its size.
import { html, nothing, svg } from "lit-html";
import { ref } from "lit-html/directives/ref.js";
import { entry } from "../names.js";
import { valueOf, written } from "../values.js";
import { goesBack } from "./path.js";
import { toneOf } from "./units.js";

const MANY = 250; // more edges than this are drawn on a canvas

export function crowded(list) {
  return list.length > MANY;
}

/** How wide an edge is: as large as its weight, on a scale of the largest of its layer. */
function widths(scene, list) {
  const most = {};
  const values = list.map(({ name, from, to }) => valueOf(scene.store, name, from, to) ?? 0);
  list.forEach(({ name }, i) => (most[name] = Math.max(most[name] ?? 0, Math.abs(values[i]))));
  const thin = list.length > 60 ? 0.4 : 1;
  return values.map((value, i) => ({ value, width: thin * (0.6 + (2.4 * Math.abs(value)) / (most[list[i].name] || 1)) }));
}

export function edgeLines(scene, list) {
  const inks = widths(scene, list);
  const asked = scene.path.size > 0;
  const back = goesBack(scene.store.why.value);
  return list.map((edge, i) => {
    const { value, width } = inks[i];
    const at = entry(edge.name, edge.from, edge.to);
    const lit = scene.path.has(at);
    const d = `M${edge.x0.toFixed(1)} ${edge.y0.toFixed(1)}L${edge.x1.toFixed(1)} ${edge.y1.toFixed(1)}`;
    const sign = value < 0 ? "negative" : "positive";
    return svg`<g data-e=${at} data-q=${edge.name}>
      ${lit ? svg`<path class="lit" d=${d} />` : nothing}
      <path class="touch" d=${d} />
      <path class="edge ${sign} ${asked && !lit ? "dim" : ""}" stroke-width=${(lit ? width + 0.4 : width).toFixed(2)} d=${d} />
      ${lit ? arrow(edge, back) : nothing}
    </g>`;
  });
}

/** A point where the path goes: to the input for gradients, to the output for values. */
function arrow({ x0, y0, x1, y1, ux, uy }, back) {
  const [x, y, s] = back ? [x0, y0, 1] : [x1, y1, -1];
  const at = (along, across) => `${(x + s * (ux * along - uy * across)).toFixed(1)} ${(y + s * (uy * along + ux * across)).toFixed(1)}`;
  return svg`<path fill="var(--first)" d="M${at(1, 0)}L${at(12, 5)}L${at(12, -5)}Z" />`;
}

/** The weights written on their edges. */
export function weightLabels(scene, list, places) {
  const { size } = scene.places;
  return list.map((edge, i) => {
    const at = entry(edge.name, edge.from, edge.to);
    const place = places[i];
    if (!place) return nothing;
    const text = written(scene.store, at, 3);
    if (text === "") return nothing;
    const value = valueOf(scene.store, edge.name, edge.from, edge.to);
    const wide = text.length * size.text * 0.52 + 8;
    const tone = toneOf(scene, edge.name);
    const kind = [
      value < 0 ? "negative" : "positive",
      (scene.store.selected.value === at || scene.path.has(at)) && "asked",
      tone && `tone-${tone}`,
    ];
    return svg`<rect class="paper" x=${place.x - wide / 2} y=${place.y - size.text * 0.62} width=${wide} height=${size.text * 1.24} />
      <text x=${place.x} y=${place.y + size.text * 0.35} text-anchor="middle" class="number weight ${kind.filter(Boolean).join(" ")}"
        data-e=${at} data-q=${edge.name} tabindex="-1" role="button" aria-label=${`${at} = ${written(scene.store, at, 6)}`}>${text}</text>
      ${tone === "first" || tone === "second" ? under(tone, place, wide, size) : nothing}`;
  });
}

function under(tone, { x, y }, wide, size) {
  const half = wide / 2 - 4;
  const line = y + size.text * 0.62;
  const second = tone === "first" ? `m0 2.4h${-2 * half}` : "";
  return svg`<path class="under ${tone}" d="M${x - half} ${line}h${2 * half}${second}" />`;
}

/** Many edges: on a canvas below. */
export function edgeCanvas(scene, list) {
  const draw = (canvas) => canvas && queueMicrotask(() => paint(canvas, scene, list));
  return html`<canvas ${ref(draw)} aria-hidden="true"></canvas>`;
}

function paint(canvas, scene, list) {
  const { width, height } = scene.places;
  const ratio = Math.max(1, Math.min(2, globalThis.devicePixelRatio || 1));
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const style = getComputedStyle(canvas);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.globalAlpha = 0.6;
  const inks = widths(scene, list);
  for (const negative of [false, true]) {
    context.strokeStyle = style.getPropertyValue(negative ? "--neg" : "--pos");
    context.setLineDash(negative ? [5, 3] : []);
    list.forEach(({ x0, y0, x1, y1 }, i) => {
      if (inks[i].value < 0 !== negative) return;
      context.lineWidth = inks[i].width;
      context.beginPath();
      context.moveTo(x0, y0);
      context.lineTo(x1, y1);
      context.stroke();
    });
  }
}
