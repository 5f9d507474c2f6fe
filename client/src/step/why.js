// The question: how one number came about.
import { html, nothing } from "lit-html";
import { askBefore, askWhy, closeWhy, whatIf } from "../actions.js";
import { parsed } from "../names.js";
import { shown, signed } from "../numbers.js";
import { valueOf } from "../values.js";
import { nudge } from "./nudge.js";
import { entriesOf } from "./quiz.js";
import { rows } from "./line.js";

export function why(store) {
  const told = store.why.value;
  if (!told) return empty(store);
  const parts = told.parts ?? [];
  const terms = { current: null, inputs: inputsOf(told) };
  const value = store.hidden.value.has(told.entry) ? "?" : signed(told.text);
  return html`<h2>Why is <span class="nowrap" data-e=${told.entry}>${told.shown}</span> = ${value}?</h2>
    ${told.rows?.length ? rows(store, told.rows, terms, "Formula of the number") : nothing}
    ${told.kind ? given(store, told) : nothing}
    ${told.note && told.note !== told.kind ? html`<p class="soft small">${signed(told.note)}</p>` : nothing}
    ${parts.length ? tree(store, parts, terms) : nothing}
    ${told.nudge && !store.hidden.value.has(told.entry) ? nudge(store, told) : nothing}
    ${store.whatIf.value ? changed(store, store.whatIf.value) : nothing}
    <p class="back">
      ${held(store, told)}
      ${store.asked.value.length > 1
        ? html`<button class="link" @click=${() => askBefore(store)}>Back to ${store.asked.value.at(-2)}</button>`
        : nothing}
      <button class="link close" @click=${() => closeWhy(store)}>Close</button>
    </p>`;
}

function empty(store) {
  const line = store.line.value;
  const example = line && entriesOf(line)[0];
  return html`<h2>Why?</h2>
    <p class="empty">Choose any number, and see where it comes from${
      example
        ? html`: <button class="link" @click=${() => askWhy(store, example)}>${example}</button>, for one.`
        : "."
    }</p>`;
}

const GIVEN = {
  input: "It comes with the sample: nothing makes it.",
  parameter: "A parameter, as training has left it so far. Drag it in the drawing, or type another value there.",
};

/** What comes from outside is not derived; of a parameter one can ask how the loss grows with it. */
function given(store, { kind, entry }) {
  const gradient = `d${entry}`;
  return html`<p class="small soft">${GIVEN[kind] ?? capital(kind)}</p>
    ${kind === "parameter"
      ? html`<p><button class="link" @click=${() => askWhy(store, gradient)}>How fast does L grow with it? ${gradient}</button></p>`
      : nothing}`;
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The quantities that a derivation reads, in the order of its formula. */
function inputsOf({ rows, parts }) {
  const inFormula = (rows?.[0]?.pieces.join("").match(/data-q="[^"]*"/g) ?? []).map((text) => text.slice(8, -1));
  return [...new Set([...inFormula, ...(parts ?? []).map(({ name }) => name)])];
}

function tree(store, parts, terms) {
  return html`<ul class="tree ui">${parts.map((part) => branch(store, part, terms))}</ul>`;
}

function branch(store, part, terms) {
  const { name } = part;
  const kind = { [terms.inputs[1]]: "term second", [terms.inputs[0]]: "term first" }[name] ?? "";
  const value = store.hidden.value.has(part.entry) ? "?" : signed(part.text);
  return html`<li>
    <button @click=${() => askWhy(store, part.entry)} data-e=${part.entry} data-q=${name}>
      <span><span class=${kind}>${part.shown}</span> = ${value}</span>
      ${part.numbers ? html`<small>${signed(part.numbers)}</small>` : nothing}
      ${part.kind ? html`<small>${part.kind}</small>` : nothing}
    </button>
  </li>`;
}

/** What if a unit's activation were held at 0. */
function held(store, told) {
  const { index } = parsed(told.entry);
  const unit = unitOf(store, told.entry);
  if (!unit || store.whatIf.value) return nothing;
  const entry = `${unit}[${index.join(", ")}]`;
  if (valueOf(store, unit, ...index) === 0) return nothing; // it is that already
  return html`<button class="link" @click=${() => whatIf(store, { [entry]: 0 })}>What if ${entry} is held at 0?</button>`;
}

/** The activation of the hidden unit that an entry belongs to. */
function unitOf(store, entry) {
  const { name } = parsed(entry);
  const columns = store.world.value.structure.columns.slice(1, -1);
  return columns.find((c) => [c.a, c.z, `d${c.a}`, `d${c.z}`].includes(name))?.a;
}

function changed(store, { changes, loss, changed: entries, count }) {
  const held = Object.entries(changes).map(([entry, value]) => `${entry} is held at ${shown(value)}`);
  const drawn = new Set(store.world.value.structure.columns.flatMap(({ passes }) => passes));
  const told = entries.filter(({ entry }) => drawn.has(parsed(entry).name) && !(entry in changes)).slice(0, 6);
  return html`<h3>If ${held.join(", ")}</h3>
    <div class="scroll" tabindex="0" role="region" aria-label="What changes">
      <table class="changed">
        <thead><tr><th>number</th><th>as it is</th><th>held</th></tr></thead>
        <tbody>
          ${loss.length ? row("L", "L", ...loss) : nothing}
          ${told.map(({ entry, shown: name, before, after }) => row(entry, name, before, after))}
        </tbody>
      </table>
    </div>
    <p class="soft small">${count} numbers change; point at one to read what it was.
      <button class="link" @click=${() => (store.whatIf.value = null)}>Let go</button></p>`;
}

function row(entry, name, before, after) {
  return html`<tr>
    <th scope="row" data-e=${entry}>${name}</th>
    <td><s>${signed(before.text)}</s></td>
    <td>${signed(after.text)}</td>
  </tr>`;
}

