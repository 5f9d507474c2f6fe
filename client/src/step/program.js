// The program: a step's lines, in their order.
import { html } from "lit-html";
import { toLine } from "../actions.js";
import { display } from "../names.js";
import { signed } from "../numbers.js";

export function program(store) {
  const sections = [];
  store.lines.value.forEach((line, index) => {
    if (sections.at(-1)?.title !== line.section) sections.push({ title: line.section, lines: [] });
    sections.at(-1).lines.push({ line, index });
  });
  return html`<section class="program" aria-label="Program" @keydown=${(event) => walk(store, event)}>
    ${sections.map(
      ({ title, lines }) => html`<h2>${title}</h2>
        <ol class="ui">
          ${lines.map(({ line, index }) => item(store, line, index))}
        </ol>`,
    )}
  </section>`;
}

/** The list is one stop of Tab; up and down go through it, and the focus goes along. */
async function walk(store, event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const list = event.currentTarget;
  await toLine(store, store.at.value + step);
  requestAnimationFrame(() => list.querySelector(".current")?.focus());
}

function item(store, line, index) {
  const at = store.at.value;
  const state = index === at ? "current" : index > at ? "to-come" : "";
  const go = () => {
    store.playing.value = false;
    return toLine(store, index);
  };
  return html`<li>
    <button class=${state} tabindex=${index === at ? 0 : -1} aria-current=${index === at ? "step" : "false"} @click=${go}>
      <i>${line.number}</i><span class="formula">${index === at ? terms(line) : signed(line.text)}</span>
    </button>
  </li>`;
}

/** The line's text, its inputs underlined where they first stand behind the sign of equality. */
function terms(line) {
  let rest = line.text;
  const cut = rest.search(/[=←]/) + 1;
  const parts = [signed(rest.slice(0, cut))];
  rest = rest.slice(cut);
  const inputs = line.inputs.slice(0, 2).map((name, i) => ({ name, kind: i ? "second" : "first" }));
  const found = inputs
    .map((input) => ({ ...input, at: placeOf(rest, display(input.name)), length: display(input.name).length }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  let from = 0;
  for (const { name, kind, at, length } of found) {
    if (at < from) continue;
    parts.push(signed(rest.slice(from, at)));
    parts.push(html`<span class="term ${kind}" data-q=${name}>${rest.slice(at, at + length)}</span>`);
    from = at + length;
  }
  return [...parts, signed(rest.slice(from))];
}

function placeOf(text, word) {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.search(new RegExp(`(?<![\\p{L}\\d])${escaped}(?![\\d_]|(?!ᵀ)\\p{L})`, "u"));
}
