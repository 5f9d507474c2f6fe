// The line above the page.
import { html, nothing } from "lit-html";
import { legend } from "./legend.js";
import { look, refresh } from "./actions.js";
import { hiddenParts } from "./lessons/parts.js";
import { lessons } from "./lessons/list.js";
import { share } from "./share.js";
import { acts, settings } from "./train/settings.js";

export function header(store) {
  return html`<header class="top">
      <h1>chainrule</h1>
      <nav class="settings" aria-label="Set up">${settings(store)}</nav>
      <div class="acts">
        <div class="modes" role="group" aria-label="View">
          ${mode(store, "step", "Step")} ${mode(store, "train", "Train")}
        </div>
        ${store.world.value && store.view.value ? [lessons(store), share(store)] : nothing}
        ${acts(store)}
        <button aria-pressed=${store.quiz.value} @click=${() => toggleQuiz(store)}>Quiz</button>
        <button aria-expanded=${store.legend.value} @click=${() => (store.legend.value = !store.legend.value)}>
          Legend <kbd>?</kbd>
        </button>
      </div>
      ${store.legend.value ? legend(store) : nothing}
    </header>
    ${notice(store)} ${hiddenParts(store)}`;
}

function mode(store, value, title) {
  const choose = async () => {
    store.playing.value = false;
    store.mode.value = value;
    if (value === "step" && store.by.value !== "line") store.by.value = "line";
    await look(store);
    if (value === "step") await refresh(store);
  };
  return html`<button aria-pressed=${store.mode.value === value} @click=${choose}>${title}</button>`;
}

function toggleQuiz(store) {
  store.quiz.value = !store.quiz.value;
  if (!store.quiz.value) store.hidden.value = new Set();
}

/** What could not be done, until it is closed; the place is there for screen readers also when it is empty. */
function notice(store) {
  const said = store.notice.value;
  const waits = store.status.value === "starting" && store.view.value;
  return html`<div role="status">
    ${waits ? html`<div class="notice"><span class="soft">The engine is starting; what you asked for comes then.</span></div>` : nothing}
    ${said
      ? html`<div class="notice">
          <p>${said.text}</p>
          <button class="link" @click=${() => (store.notice.value = null)}>Close</button>
        </div>`
      : nothing}
  </div>`;
}
