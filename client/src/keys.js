// The keyboard: on the page's root, or on the document where the page is alone on it.
import { askBefore, back, closeWhy, on, toLine } from "./actions.js";
import { end, move } from "./lessons/lesson.js";

const TYPES = "input, select, textarea, [contenteditable]";

const KEYS = {
  " ": (store) => (store.playing.value = !store.playing.value),
  ArrowRight: (store) => still(store, on),
  ArrowLeft: (store) => still(store, back),
  ArrowDown: (store) => store.mode.value === "step" && toLine(store, store.at.value + 1),
  ArrowUp: (store) => store.mode.value === "step" && toLine(store, store.at.value - 1),
  "?": (store) => (store.legend.value = !store.legend.value),
  t: (store) => (store.table.value = !store.table.value),
  n: (store) => store.lesson.value && move(store, 1),
  b: (store) => store.lesson.value && move(store, -1),
  Backspace: (store) => store.asked.value.length && askBefore(store),
  Escape: (store) => escape(store),
};

/** Listen to the keyboard. Returns what ends it. */
export function keys(store, root, alone) {
  const target = alone ? document : root;

  function press(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== "Escape" && event.target.closest?.(TYPES)) return;
    if (event.key === " " && event.target.closest?.("button, summary, a, [role=button]")) return;
    const act = KEYS[event.key];
    if (!act || !store.view.value) return;
    event.preventDefault();
    act(store);
  }

  target.addEventListener("keydown", press);
  return () => target.removeEventListener("keydown", press);
}

function still(store, act) {
  store.playing.value = false;
  act(store);
}

/** Close what is open, the newest first. */
function escape(store) {
  if (store.legend.value) store.legend.value = false;
  else if (store.editing.value) store.editing.value = null;
  else if (store.whatIf.value) store.whatIf.value = null;
  else if (store.notice.value) store.notice.value = null;
  else if (store.why.value) closeWhy(store);
  else if (store.lesson.value) end(store);
}
