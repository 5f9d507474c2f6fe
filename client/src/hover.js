// What is pointed at, or has the focus, is lit wherever it stands; a click on a number asks about it.
import { effect } from "@preact/signals-core";
import { askWhy } from "./actions.js";
import { quantity } from "./names.js";
import { answer } from "./step/quiz.js";

/** Returns what ends it. */
export function hovering(store, root) {
  function over(event) {
    const target = event.target.closest?.("[data-e], [data-q]");
    store.hot.value = target ? (target.dataset.e ?? target.dataset.q) : null;
  }
  function out() {
    store.hot.value = null;
  }
  function ask(event) {
    const target = event.target.closest?.("[data-e]");
    if (!target || target.closest(".graph, button, a, input")) return;
    if (store.hidden.value.has(target.dataset.e)) answer(root);
    else askWhy(store, target.dataset.e);
  }
  root.addEventListener("click", ask);
  root.addEventListener("pointerover", over);
  root.addEventListener("focusin", over);
  root.addEventListener("pointerleave", out);
  const stop = effect(() => {
    const hot = store.hot.value;
    for (const lit of root.querySelectorAll("[data-hot]")) lit.removeAttribute("data-hot");
    if (!hot) return;
    for (const element of root.querySelectorAll("[data-e], [data-q]")) {
      if (same(element.dataset, hot)) element.setAttribute("data-hot", "");
    }
  });
  return () => {
    root.removeEventListener("click", ask);
    root.removeEventListener("pointerover", over);
    root.removeEventListener("focusin", over);
    root.removeEventListener("pointerleave", out);
    stop();
  };
}

/** An entry lights itself, and its quantity where that stands as a whole; a quantity lights all of it. */
function same({ e, q }, hot) {
  if (e === hot) return true;
  if (hot.includes("[")) return e === undefined && q === quantity(hot);
  return q === hot;
}
