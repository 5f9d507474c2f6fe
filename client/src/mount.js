// A page in an element, with an engine behind a port; any number of them on one document.
import { html, nothing, render } from "lit-html";
import { open } from "./actions.js";
import { followAddress } from "./address.js";
import { wantedUnits } from "./graph/layout.js";
import { header } from "./header.js";
import { hovering } from "./hover.js";
import { keys } from "./keys.js";
import { lessonCard } from "./lessons/lesson.js";
import { player } from "./play.js";
import { region } from "./region.js";
import { makeStore } from "./state.js";
import { quizzing } from "./step/quiz.js";
import { followLines, stepView } from "./step/view.js";
import { chartsNeed } from "./train/charts.js";
import { trainView } from "./train/view.js";

/**
 * Put a page into an element.
 * @param {HTMLElement} element
 * @param {{send: Function, listen: Function, close: Function}} port
 * @param {{alone?: boolean, open?: object, buffers?: ArrayBuffer[]}} options whether the document is the page's
 *   alone; what to open
 */
export function mount(element, port, { alone = false, open: opened = {}, buffers = [] } = {}) {
  const store = makeStore(port);
  const root = document.createElement("div");
  root.className = "chainrule-page";
  root.classList.toggle("alone", alone);
  store.element = root;
  element.append(root);

  const measured = new ResizeObserver(([entry]) => {
    store.width.value = Math.round(entry.contentRect.width);
  });
  measured.observe(root);
  store.width.value = root.clientWidth || 1280;

  const ends = [
    store.needs("step", () => needed(store)),
    region(() => render(page(store), root)),
    region(() => (root.dataset.without = store.parts.value.join(" "))),
    keys(store, root, alone),
    hovering(store, root),
    quizzing(store),
    player(store),
    followLines(store),
    () => measured.disconnect(),
  ];
  if (alone) ends.push(followAddress(store, opened, buffers));
  else open(store, opened, buffers);

  return {
    store,
    close() {
      ends.forEach((end) => end());
      store.close();
      root.remove();
    },
  };
}

/** What the step view draws. */
function needed({ mode, world, opened }) {
  if (mode.value !== "step") return {};
  const units = world.value ? wantedUnits(world.value.structure, opened.value) : {};
  return { values: true, parameters: true, units, ...chartsNeed(world.value) };
}

/** Patterns that the drawings fill with. */
const patterns = html`<svg class="unseen" aria-hidden="true">
  <defs>
    <pattern id="cr-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect width="6" height="6" fill="var(--paper)" />
      <path d="M0 0V6" stroke="var(--line)" />
    </pattern>
  </defs>
</svg>`;

function page(store) {
  const view = store.mode.value === "train" ? trainView : stepView;
  return html`<div class="sheet">
    ${patterns}
    ${header(store)}
    ${store.mode.value === "train" ? lessonCard(store) : nothing}
    ${store.world.value && store.view.value ? view(store) : html`<p class="starting">${store.status.value === "closed" ? "" : "The engine is starting …"}</p>`}
  </div>`;
}
