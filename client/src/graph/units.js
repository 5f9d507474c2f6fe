// Units: a circle with its numbers, its bias above, and under hidden units the gradient's way through.
import { nothing, svg } from "lit-html";
import { entry } from "../names.js";
import { shown } from "../numbers.js";
import { written } from "../values.js";

/** The row of the batch that the drawing tells: that of the chosen sample. */
export function rowOf(store) {
  return store.view.value.sample?.place ?? 0;
}

export function unit(scene, column, index, k) {
  const x = column.x;
  const y = column.y[k];
  if (index === null) return svg`<text x=${x} y=${y + 5} class="head" text-anchor="middle">⋮</text>`;
  const { a } = column.column;
  const chosen = scene.store.selected.value && ownsEntry(scene, column, index);
  const off = scene.store.view.value.sample?.off?.[a]?.includes(index);
  const isHeld = entry(a, scene.row, index) in scene.held;
  return svg`<g class="unit-group">
    <circle class="unit ${off ? "off" : ""} ${chosen ? "chosen" : ""}" cx=${x} cy=${y} r=${column.radius}
      data-e=${entry(a, scene.row, index)} data-q=${a} />
    ${isHeld ? heldBox(x, y, column.radius) : nothing}
    ${column.numbers ? inside(scene, column, index, x, y, off) : nothing}
    ${column.numbers === 2 ? around(scene, column, index, x, y) : nothing}
    ${column.numbers && column.i === scene.places.columns.length - 1 ? classOf(scene, column, index, x, y) : nothing}
    ${column.strip ? strip(scene, column, index, x, y) : nothing}
  </g>`;
}

function ownsEntry({ store, row }, { column }, index) {
  const names = [column.a, column.z, `d${column.a}`, `d${column.z}`];
  return names.some((name) => store.selected.value === entry(name, row, index));
}

function heldBox(x, y, radius) {
  const r = radius + 4;
  return svg`<rect class="held" x=${x - r} y=${y - r} width=${2 * r} height=${2 * r} />`;
}

/** Which number a unit tells where it has room for one: what the line makes of it, or reads, or else what it gives. */
export function quantityOf({ current, inputs }, { passes, a }) {
  const own = [...passes, ...passes.map((name) => `d${name}`)];
  return [current, ...inputs].find((name) => own.includes(name)) ?? a;
}

/** z and a in the circle; of an input, its value. */
function inside(scene, column, index, x, y, off) {
  const { size } = scene.places;
  const { a, z } = column.column;
  const room = 2 * column.radius - 8;
  const both = column.numbers === 2 && z !== a && column.i > 0;
  const paper = off
    ? svg`<rect class="paper" x=${x - column.radius * 0.74} y=${y - size.text * 1.28} width=${column.radius * 1.48} height=${size.text * 2.6} rx="2" />`
    : nothing;
  const alone = column.numbers === 1 ? quantityOf(scene, column.column) : a;
  if (!both) return svg`${paper}${number(scene, alone, index, x, y + size.text * 0.36, { label: "", muted: off, room })}`;
  return svg`${paper}
    ${number(scene, z, index, x, y - size.text * 0.22, { label: "z ", room })}
    ${number(scene, a, index, x, y + size.text * 1.02, { label: "a ", muted: off, room })}`;
}

/** What stands around: the bias, the input's name, the output's gradient and class. */
function around(scene, column, index, x, y) {
  const { size } = scene.places;
  const { radius } = column;
  const { bias, z, a, names } = column.column;
  const under = y + radius + size.text * 1.25;
  const parts = [];
  if (bias) parts.push(number(scene, bias, index, x, y - radius - size.text * 0.55, { label: "b ", muted: true, one: true }));
  if (column.i === 0) {
    const name = entry("x", scene.row, index);
    const said = names[index] === `x${index}` ? name : names[index];
    parts.push(svg`<text x=${x} y=${under} class="muted" text-anchor="middle">${short(said, size.side ? 14 : 9)}</text>`);
  } else if (!column.strip) {
    parts.push(number(scene, `d${z}`, index, x, under, { label: "dz " }));
  }
  return parts;
}

/** An output's class, and whether it is the label or what the network says. */
function classOf(scene, column, index, x, y) {
  const { store, places } = scene;
  const { size } = places;
  const change = scene.changed.get(entry(column.column.a, scene.row, index));
  const { task } = store.world.value.structure;
  const { sample } = store.view.value;
  const given = column.column.names[index];
  const name = /^\d+$/.test(given) ? `class ${given}` : given;
  const one = task === "classes" && sample;
  const said = [one && sample.said[0] === index && "predicted", one && sample.label === index && "the label"].filter(Boolean);
  if (size.side) {
    const at = x + column.radius + 12;
    return svg`<text x=${at} y=${said.length ? y - 1.3 : y + 4}>${short(name, 11)}</text>
      ${said.map((text, i) => svg`<text x=${at} y=${y + 15.6 + i * 16} class="muted">${text}</text>`)}
      ${change
        ? svg`<text x=${at} y=${y + 15.6 + said.length * 16} class="muted">a <tspan class="old">${shown(change.before.value, 3)}</tspan></text>`
        : nothing}`;
  }
  const text = [short(name, 9), ...said.map((word) => (word === "predicted" ? "guess" : "label"))].join(", ");
  return svg`<text x=${places.width} y=${y - column.radius - (column.numbers === 2 ? size.text * 1.8 : 4)} class="muted" text-anchor="end">${text}</text>`;
}

/** dz ← × gate ← da, from right to left: backward is drawn backward. */
function strip(scene, column, index, x, y) {
  const { size } = scene.places;
  const { a, z } = column.column;
  const { row } = scene;
  const line = y + column.radius + size.text * 1.67;
  const arrow = size.side ? "←" : "‹";
  const half = size.side ? size.text * 4.75 : size.text * 3.9;
  const box = [size.text * (size.side ? 4.9 : 4.3), size.text * 1.6];
  const gate = gateOf(scene, a, index);
  const dz = entry(`d${z}`, row, index);
  const kind = toneOf(scene, `d${z}`);
  const isHidden = scene.store.hidden.value.has(dz);
  const left = x - half - box[0] / 2;
  const step = size.text * (size.side ? 1.55 : 1.2);
  return svg`<rect class="paper" x=${left - 3} y=${line - size.text * 1.35} width=${half + box[0] / 2 + step + size.text} height=${size.text * 2.06} />
    ${kind || isHidden
      ? svg`<rect class="slot ${isHidden ? "hidden-slot" : kind}" x=${left} y=${line - size.text * 1.12} width=${box[0]} height=${box[1]} rx="2" />`
      : nothing}
    ${number(scene, `d${z}`, index, x - half, line, { label: "dz ", boxed: true, room: box[0] - 5 })}
    <text x=${x - step} y=${line} class="muted" text-anchor="middle">${arrow}</text>
    ${gate ? svg`<text x=${x} y=${line} class="gate ${toneOf(scene, z) || (scene.later(`d${z}`) ? "muted" : "")}" text-anchor="middle" data-q=${z}>× ${gate}</text>
      <text x=${x + step} y=${line} class="muted" text-anchor="middle">${arrow}</text>` : nothing}
    ${number(scene, `d${a}`, index, x + size.text * (size.side ? 4.75 : 3.9), line, { label: "da ", haloed: true })}`;
}

/** Through relu, the gradient passes whole or not at all: Python says which units are off. */
function gateOf({ store, places }, a, index) {
  const { column } = places.columns.find((one) => one.column.a === a);
  if (column.activation !== "relu") return "";
  return store.view.value.sample?.off?.[a]?.includes(index) ? "0" : "1";
}

/** "first", "second" or "current": what a quantity is in the line that is told. */
export function toneOf({ current, inputs }, name) {
  if (name === current) return "current";
  return { [inputs[1]]: "second", [inputs[0]]: "first" }[name] ?? "";
}

/** A number of the drawing: it can be pointed at, focused, asked about and, where it is given, changed. */
export function number(scene, name, index, x, y, { label, muted, boxed, haloed, one, room }) {
  const { store, row, places } = scene;
  const at = one ? entry(name, index) : entry(name, row, index);
  const text = written(store, at, 3);
  if (text === "") return nothing;
  const tone = toneOf(scene, name);
  const said = label + text;
  const change = scene.changed.get(at);
  const both = change && !boxed && !haloed && shown(change.before.value, 3).length < 5; // else only the new one has room
  const kind = [tone && `tone-${tone}`, (muted || scene.later(name)) && !tone && "muted", store.selected.value === at && "asked", haloed && "haloed"];
  const half = Math.min(said.length * places.size.text * 0.5, room ?? Infinity) / 2;
  return svg`${tone === "current" && !boxed && !change ? marker(x, y, half, places.size.text) : nothing}
    <text x=${x} y=${y} text-anchor="middle" class="number ${kind.filter(Boolean).join(" ")}"
      textLength=${room && said.length * places.size.text * 0.54 > room && !change ? room : nothing} lengthAdjust="spacingAndGlyphs"
      data-e=${at} data-q=${name} tabindex=${at === scene.first ? 0 : -1} role="button" aria-label=${`${at} = ${written(store, at, 6)}`}>${
        change ? changedText(label, change, both) : said
      }</text>
    ${boxed || !tone || change ? nothing : underline(tone, x, y + places.size.text * 0.27, half)}`;
}

function marker(x, y, half, text) {
  return svg`<rect class="marker" x=${x - half - 3} y=${y - text * 0.95} width=${2 * half + 6} height=${text * 1.25} rx="2" />`;
}

/** In a what-if, the old number struck through beside the new one. */
function changedText(label, { before, after }, both) {
  const now = svg`<tspan class="asked">${shown(after.value, 3)}</tspan>`;
  return both ? svg`<tspan class="old">${shown(before.value, 3)}</tspan> ${now}` : svg`${label}${now}`;
}

function underline(tone, x, y, half) {
  if (tone === "first") return svg`<path class="under first" d="M${x - half} ${y}h${2 * half}m0 2.4h${-2 * half}" />`;
  if (tone === "second") return svg`<path class="under second" d="M${x - half} ${y + 0.4}h${2 * half}" />`;
  return svg`<path class="under current" d="M${x - half} ${y}h${2 * half}" />`;
}

function short(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
