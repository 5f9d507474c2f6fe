// Pointing, asking and moving about in the drawing.
import { askWhy } from "../actions.js";
import { answer } from "../step/quiz.js";
import { dragging, editable, startEditing } from "../step/edit.js";

const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/** A click asks; on a number that is given it also offers to type another. */
export function picked(store, event) {
  if (event.defaultPrevented) return;
  const target = event.target.closest("[data-e]");
  if (!target || store.dragged) return;
  ask(store, target.dataset.e, target);
}

function ask(store, entry, target) {
  if (editable(store, entry)) startEditing(store, entry, target);
  else store.editing.value = null;
  if (store.hidden.value.has(entry)) answer(target.closest(".chainrule-page"));
  else askWhy(store, entry);
}

/** A click does not take the focus: arrows go on stepping for those who point. Nor does a drag select text. */
export function keepFocus(event) {
  if (event.target.closest("[data-e]")) event.preventDefault();
}

/** A given number can be dragged to and fro. */
export function move(store, event) {
  const target = event.target.closest("text[data-e]");
  if (target && event.button === 0 && editable(store, target.dataset.e)) dragging(store, target.dataset.e, event);
}

/** Arrows go to the nearest number that way; Enter asks; e edits. */
export function press(store, event) {
  const target = event.target.closest("[data-e]") ?? event.target;
  if (target.dataset.e && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    if (store.hidden.value.has(target.dataset.e)) answer(target.closest(".chainrule-page"));
    else askWhy(store, target.dataset.e);
  } else if (target.dataset.e && event.key === "e" && editable(store, target.dataset.e)) {
    event.preventDefault();
    startEditing(store, target.dataset.e, target);
  } else if (event.key in ARROWS) {
    event.preventDefault();
    nearest(event.currentTarget, target, ARROWS[event.key])?.focus();
  }
}

function nearest(graph, from, [dx, dy]) {
  const start = middle(from);
  let best = null;
  let least = Infinity;
  for (const other of graph.querySelectorAll("[data-e][tabindex]")) {
    if (other === from) continue;
    const at = middle(other);
    const along = (at.x - start.x) * dx + (at.y - start.y) * dy;
    const across = Math.abs((at.x - start.x) * dy) + Math.abs((at.y - start.y) * dx);
    const cost = along + 2 * across;
    if (along > 3 && cost < least) [best, least] = [other, cost];
  }
  return best;
}

function middle(element) {
  const box = element.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
