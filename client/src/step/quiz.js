// Numbers to be filled in: which are hidden, and how an answer is marked.
import { html, nothing } from "lit-html";
import { effect } from "@preact/signals-core";
import { markAnswer } from "../actions.js";
import { display, parsed } from "../names.js";
import { signed } from "../numbers.js";

/** While the quiz is on, hide a number of each line that becomes current, once. Returns what ends it. */
export function quizzing(store) {
  const asked = new Set();
  return effect(() => {
    const line = store.line.value;
    if (!store.quiz.value || !line) return;
    const key = `${store.view.peek().step}:${line.name}`;
    if (asked.has(key)) return;
    asked.add(key);
    queueMicrotask(() => hideOne(store));
  });
}

/** Hide a number of the current line that is not hidden yet. */
function hideOne(store) {
  const left = entriesOf(store.line.value).filter((entry) => !store.hidden.value.has(entry));
  if (!left.length) return;
  const entry = left[Math.floor(left.length / 2)];
  store.hidden.value = new Set([...store.hidden.value, entry, ...givenAway(store, entry)]);
  store.marked.value = null;
}

/** What comes of a number in its own unit next, and would tell it: of z1[0, 1] a1[0, 1]. */
function givenAway(store, entry) {
  const { name, index } = parsed(entry);
  const passes = store.world.value.structure.columns.find((column) => column.passes.includes(name))?.passes ?? [];
  return passes.slice(passes.indexOf(name) + 1).map((later) => `${later}[${index.join(", ")}]`);
}

/** The field for the number of this line that is hidden, or what was said of the last answer. */
export function quiz(store) {
  const { name } = store.line.value;
  const entry = [...store.hidden.value].find((hidden) => parsed(hidden).name === name);
  const said = store.marked.value && parsed(store.marked.value.entry).name === name ? store.marked.value : null;
  if (entry) return field(store, entry, said?.entry === entry ? said.text : "Three digits will do.");
  if (!store.quiz.value && !said) return nothing;
  return html`<p class="quiz ui">
    <span role="status">${said ? signed(said.text) : ""}</span>
    ${store.quiz.value && entriesOf(store.line.value).length
      ? html`<button class="link" @click=${() => hideOne(store)}>Hide another number</button>`
      : nothing}
  </p>`;
}

function field(store, entry, said) {
  return html`<form class="quiz ui" @submit=${(event) => check(store, entry, event)}>
    <label>${named(entry)} = <input class="number hidden-number" name="answer" inputmode="decimal" autocomplete="off"
      placeholder="?"></label>
    <button class="button">Check</button>
    <button class="link" type="button" @click=${() => reveal(store, entry)}>Show</button>
    <span class="small soft said" role="status">${signed(said)}</span>
  </form>`;
}

/** Go to the field, from a box in the drawing or the formula. */
export function answer(root) {
  root.querySelector(".quiz input")?.focus();
}

/** The entries of what the line makes, as its formula has them. */
export function entriesOf(line) {
  const found = line.rows.flatMap(({ pieces }) => pieces.join("").match(/data-e="[^"]*"/g) ?? []);
  const names = found.map((text) => text.slice(8, -1));
  return [...new Set(names.filter((name) => parsed(name).name === line.name))];
}

async function check(store, entry, event) {
  event.preventDefault();
  const got = await markAnswer(store, entry, new FormData(event.target).get("answer"));
  if (!got) return;
  store.marked.value = { entry, ...got };
  if (got.right) reveal(store, entry);
}

function reveal(store, entry) {
  const left = new Set(store.hidden.value);
  left.delete(entry);
  store.hidden.value = left;
}

function named(entry) {
  const { name } = parsed(entry);
  return display(name) + entry.slice(name.length);
}
