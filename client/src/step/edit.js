// Numbers that are given, weights, biases and inputs, typed or dragged to another value.
import { html, nothing } from "lit-html";
import { ref } from "lit-html/directives/ref.js";
import { edit } from "../actions.js";
import { parsed } from "../names.js";
import { numeral, typed } from "../numbers.js";
import { valueOf } from "../values.js";

const PER_PIXEL = 0.01;

/** Whether a number is given, and so may be set. */
export function editable(store, entry) {
  const { name } = parsed(entry);
  return name in store.world.value.structure.parameters || (name === "x" && store.view.value.sample?.row !== undefined);
}

/** Open a field over the number. */
export function startEditing(store, entry, target) {
  const graph = target.closest(".graph")?.getBoundingClientRect();
  const box = target.getBoundingClientRect();
  const at = graph ? { x: box.x + box.width / 2 - graph.x, y: box.y + box.height / 2 - graph.y } : { x: 0, y: 0 };
  store.editing.value = { entry, graph: target.closest(".graph"), ...at };
}

/** Close the field; the focus goes back to the number. */
function leave(store) {
  const { entry, graph } = store.editing.value ?? {};
  store.editing.value = null;
  requestAnimationFrame(() => graph?.querySelector(`text[data-e="${CSS.escape(entry)}"]`)?.focus());
}

/** The field, where a number is being typed. */
export function editor(store) {
  const editing = store.editing.value;
  if (!editing) return nothing;
  const { entry, x, y } = editing;
  const { name, index } = parsed(entry);
  const keys = (event) => {
    event.stopPropagation();
    const step = { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key];
    if (event.key === "Enter") commit(store, entry, event.target);
    else if (event.key === "Escape") leave(store);
    else if (step) {
      event.preventDefault();
      const value = typed(event.target.value) + step;
      event.target.value = numeral(value);
      send(store, entry, value);
    }
  };
  return html`<input class="number editor" style="left:${x}px;top:${y}px" inputmode="decimal" autocomplete="off"
    aria-label=${`${entry}: Enter sets it, Escape leaves it`} .defaultValue=${numeral(valueOf(store, name, ...index) ?? 0)}
    @keydown=${keys} @blur=${() => (store.editing.value = null)} @click=${(event) => event.preventDefault()} ${ref(focused)} />`;
}

function focused(input) {
  if (input && document.activeElement !== input) queueMicrotask(() => (input.focus(), input.select()));
}

function commit(store, entry, input) {
  const value = typed(input.value);
  if (Number.isNaN(value)) {
    store.notice.value = { text: `${entry}: ${input.value || "nothing"} is no number. Type one such as 0.5 or -1.2e-3.`, field: null };
    return;
  }
  leave(store);
  send(store, entry, value);
}

/** Drag a number to and fro: a pixel is 0.01, with Shift 0.001. */
export function dragging(store, entry, event) {
  const { name, index } = parsed(entry);
  const from = valueOf(store, name, ...index);
  const start = event.clientX;
  const target = event.target;
  store.dragged = false;
  const move = (moved) => {
    const pixels = moved.clientX - start;
    if (!store.dragged && Math.abs(pixels) < 4) return;
    store.dragged = true;
    send(store, entry, from + pixels * PER_PIXEL * (moved.shiftKey ? 0.1 : 1));
  };
  const end = () => {
    target.ownerDocument.removeEventListener("pointermove", move);
    target.ownerDocument.removeEventListener("pointerup", end);
    target.ownerDocument.removeEventListener("pointercancel", end);
    setTimeout(() => (store.dragged = false));
  };
  target.ownerDocument.addEventListener("pointermove", move);
  target.ownerDocument.addEventListener("pointerup", end);
  target.ownerDocument.addEventListener("pointercancel", end);
}

const pending = new WeakMap();

/** One request at a time; of values that come meanwhile, the last. */
async function send(store, entry, value) {
  const rounded = Number(value.toPrecision(6));
  const waits = pending.has(store);
  pending.set(store, { entry, value: rounded });
  if (waits) return;
  while (pending.get(store)) {
    const next = pending.get(store);
    pending.set(store, null);
    await edit(store, changes(store, next));
  }
  pending.delete(store);
}

function changes(store, { entry, value }) {
  const { name, index } = parsed(entry);
  if (name !== "x") return { parameters: { [entry]: value } };
  const { row, x, label } = store.view.value.sample;
  return { points: [{ row, x: x.map((old, i) => (i === index.at(-1) ? value : old)), label }] };
}
