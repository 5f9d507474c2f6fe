// The current line in full: its sentence, its formula, the same with numbers, and what comes out.
import { html, nothing } from "lit-html";
import { guard } from "lit-html/directives/guard.js";
import { formula, mark } from "../math.js";
import { quiz } from "./quiz.js";
import { press } from "../graph/picking.js";
import { signed } from "../numbers.js";

export function line(store) {
  const current = store.line.value;
  if (!current) return html`<section class="line" aria-label="Line"></section>`;
  return html`<section class="line" aria-label="Line" aria-live=${store.playing.value ? "off" : "polite"}>
    <p class="ui small soft eyebrow">${eyebrow(current)}</p>
    <h2>${current.title}</h2>
    ${current.say?.length ? html`<p class="say">${current.say.map((piece) => said(store, current, piece))}</p>` : nothing}
    ${rows(store, current.rows, { current: current.name, inputs: current.inputs })}
    ${(current.remarks ?? []).map((remark) => html`<p class="soft small">${signed(remark)}</p>`)}
    ${quiz(store)}
  </section>`;
}

/** The rows of a formula; where there is little room, a row goes on below. */
export function rows(store, list, terms, label = "Formula of the line") {
  const marks = { ...terms, hidden: store.hidden.value, selected: store.selected.value };
  return guard([list, marks.hidden, marks.selected], () => drawn(store, list, marks, label));
}

function drawn(store, list, marks, label) {
  const row = ({ lhs, sign, pieces, note }) => html`<span>${lhs ? whole(formula(lhs), marks.current) : nothing}</span>
    <span class="relation">${sign}</span>
    <span class="side-by-side">${pieces.map((piece) => mark(formula(piece), marks))}
      ${note ? html`<span class="soft small remark">${signed(note)}</span>` : nothing}</span>`;
  return html`<div class="formulas" tabindex="0" role="region" aria-label=${label} @keydown=${(event) => press(store, event)}>
    ${grouped(list).map((group) => html`<div class="formula-rows">${group.map(row)}</div>`)}
  </div>`;
}

/** Rows that have one left side stand together; what has another starts anew. */
function grouped(list) {
  const groups = [];
  for (const row of list) {
    if (row.lhs || !groups.length) groups.push([]);
    groups.at(-1).push(row);
  }
  return groups;
}

/** What a formula is of: the whole of it is the current quantity. */
function whole(math, name) {
  const inside = math.firstElementChild;
  if (name && inside) {
    inside.classList.add("term", "current");
    inside.dataset.q = name;
  }
  return math;
}

function eyebrow({ number, step, section }) {
  const at = number || step.number;
  return at ? html`Step ${at} &ensp;${step.title}` : section;
}

function said(store, { inputs }, { text, entry }) {
  if (!entry) return signed(text);
  const isNumber = !/^[\p{L}∂]/u.test(text);
  if (isNumber && store.hidden.value.has(entry)) return html`<span class="hidden-number" data-e=${entry}>?</span>`;
  const name = entry.split("[")[0];
  const kind = { [inputs[1]]: "term second", [inputs[0]]: "term first" }[name] ?? "";
  return html`<span class=${kind} data-e=${entry} data-q=${name}>${signed(text)}</span>`;
}
