// The lessons to choose from.
import { html } from "lit-html";
import { menu, menusOf, turn } from "../setup/menu.js";
import { begin } from "./lesson.js";
import { LESSONS } from "./words.js";

/** The button of the header, and the list below it. */
export function lessons(store) {
  return html`<div class="lessons-face">${menu(store, "Lessons", "Lessons", () => list(store), "right")}</div>`;
}

function list(store) {
  const choose = (event, name) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab of its own
    event.preventDefault();
    turn(menusOf(store), null);
    begin(store, name);
  };
  return html`<ul class="lesson-list">
      ${LESSONS.map(({ name, title, about, stops }) => html`<li>
        <a href=${`#lesson=${name}`} @click=${(event) => choose(event, name)}>${title}</a>
        <span class="soft">${about} ${stops.length} stops.</span>
      </li>`)}
    </ul>
    <p class="soft">A lesson brings a network of its own. To come back to yours, save it first.</p>`;
}
