// A lesson that is open: its stop in words, and the way on. It stands in the page, not over it.
import { html, nothing } from "lit-html";
import { visit } from "../address.js";
import { placeOf } from "./course.js";
import { stopOf } from "./words.js";

export function lessonCard(store) {
  const at = store.lesson.value;
  if (!at) return nothing;
  const { lesson, stop } = stopOf(at);
  const last = at.at === lesson.stops.length - 1;
  return html`<section class="lesson" aria-label=${`Lesson: ${lesson.title}`}>
    <p class="ui small soft eyebrow">${lesson.title} &ensp;${at.at + 1} of ${lesson.stops.length}</p>
    <div aria-live="polite"><h2 tabindex="-1">${stop.title}</h2><p>${stop.text}</p></div>
    <p class="ways ui">
      ${at.at ? html`<button class="link" @click=${() => move(store, -1)}>Back</button>` : nothing}
      ${last ? nothing : html`<button class="button" @click=${() => move(store, 1)}>Next</button>`}
      <button class=${last ? "button" : "link"} @click=${() => end(store)}>End</button>
    </p>
  </section>`;
}

/** Open a lesson at one of its stops. */
export async function begin(store, name, at = 0) {
  const held = store.element.querySelector(".lesson")?.contains(document.activeElement);
  const answer = await visit(store, placeOf(name, at));
  if (!answer) return;
  const { stop } = stopOf({ name, at });
  if (stop.plays && !matchMedia("(prefers-reduced-motion: reduce)").matches) store.playing.value = true;
  // The focus stays on the button that was pressed; where that is gone, it goes to the stop's heading.
  afterDrawing(() => {
    const card = store.element.querySelector(".lesson");
    if (!held || !card?.contains(document.activeElement)) focus(card);
  });
}

/** One stop on or back, where there is one. */
export function move(store, by) {
  const now = store.lesson.value;
  const at = now.at + by;
  return at in stopOf(now).lesson.stops ? begin(store, now.name, at) : null;
}

/** Leave the lesson; the page stays as it is, with all its parts. */
export function end(store) {
  store.lesson.value = null;
  store.parts.value = [];
  afterDrawing(() => store.element.querySelector(".lessons-face .face")?.focus());
}

function focus(card) {
  card?.querySelector("h2").focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest" });
}

/** The page is drawn at the next frame: the one after that finds it drawn. */
function afterDrawing(act) {
  requestAnimationFrame(() => requestAnimationFrame(act));
}
