// What the bar of the training view has beyond the transport: the way back to any step.
import { html } from "lit-html";
import { seek } from "../actions.js";
import { transport } from "../step/transport.js";
import { whole } from "./scale.js";

const waiting = new WeakMap();

/** The transport, and the slider. */
export function bar(store) {
  return html`<div class="train-bar">${transport(store)}${rewind(store)}</div>`;
}

function rewind(store) {
  const { step, newest, rate } = store.view.value;
  return html`<label class="rewind ui small"
      ><span class="soft">rewind</span>
      <input
        type="range"
        min="0"
        max=${Math.max(1, newest)}
        .value=${String(step)}
        ?disabled=${!newest}
        aria-label="Rewind to an earlier step"
        aria-valuetext=${`step ${whole(step)} of ${whole(newest)}`}
        @input=${(event) => go(store, Number(event.target.value))}
    /></label>
    <span class="rate ui small soft" title="How many steps a second the engine takes"
      >${store.playing.value && rate ? `${whole(rate)} steps/s` : ""}</span
    >`;
}

/** Go to a step; while an answer is out, only the last one that was asked for is remembered. */
async function go(store, step) {
  store.playing.value = false;
  const asked = waiting.get(store);
  if (asked) {
    asked.next = step;
    return;
  }
  const here = { next: step };
  waiting.set(store, here);
  while (here.next !== null) {
    const to = here.next;
    here.next = null;
    await seek(store, to);
  }
  waiting.delete(store);
}
