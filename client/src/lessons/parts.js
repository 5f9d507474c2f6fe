// Parts of the page that an address hides, so that what is left can be looked at.
import { html, nothing } from "lit-html";

const NAMES = { line: "the line", why: "the question", network: "the drawing", surface: "the data" };

/** What is hidden, and the way to see it; in a lesson its words say enough. */
export function hiddenParts(store) {
  const parts = store.parts.value;
  if (!parts.length || store.lesson.value) return nothing;
  const names = parts.map((name) => NAMES[name] ?? `the ${name}`);
  const listed = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0];
  return html`<p class="parts-hidden ui small soft">Here ${listed} ${names.length > 1 || parts[0].endsWith("s") ? "are" : "is"}
    left out. <button class="link" @click=${() => (store.parts.value = [])}>Show all of the page</button></p>`;
}
