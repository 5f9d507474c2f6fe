// Playing and stepping.
import { html } from "lit-html";
import { back, on, toNewest, toStart } from "../actions.js";

const SHAPES = {
  start: "M3 3h2v14H3zM17 3v14L6 10z",
  back: "M14 3v14L4 10z",
  play: "M5 2v16l13-8z",
  pause: "M4 3h4v14H4zM12 3h4v14h-4z",
  on: "M6 3v14l10-7z",
  newest: "M15 3h2v14h-2zM3 3v14l11-7z",
};

const PACES = {
  line: [[1, "1 a second"], [4, "4 a second"]],
  batch: [[1, "1 a second"], [10, "10 a second"], [30, "30 a second"], [0, "as it goes"]],
  epoch: [[1, "1 a second"], [10, "10 a second"], [30, "30 a second"], [0, "as it goes"]],
};

/** The buttons, where one stands, and how fast it plays. */
export function transport(store) {
  const by = store.by.value;
  const playing = store.playing.value;
  const { step, newest } = store.view.value;
  const still = (act) => () => {
    store.playing.value = false;
    return act(store);
  };
  return html`<div class="bar" role="region" aria-label="Transport">
    <div class="buttons" role="group" aria-label="Step">
      ${button("start", "Back to the start", still(toStart), step === 0 && store.at.value === 0)}
      ${button("back", `One ${by} back`, still(back), step === 0 && (by !== "line" || store.at.value === 0))}
      ${button(playing ? "pause" : "play", playing ? "Pause" : "Play", () => (store.playing.value = !playing), false, "play")}
      ${button("on", `One ${by} on`, still(on), false)}
      ${button("newest", "To the newest step", still(toNewest), step === newest)}
    </div>
    <div class="standing"><p class="count ui">${count(store)}</p>${pace(store, by)}</div>
  </div>`;
}

function button(shape, title, act, disabled, kind = "") {
  return html`<button class=${kind} aria-label=${title} title=${title} ?disabled=${disabled} @click=${act}>
    <svg viewBox="0 0 20 20" aria-hidden="true"><path d=${SHAPES[shape]} /></svg>
  </button>`;
}

function count(store) {
  const { step, epoch, batch, per_epoch: perEpoch } = store.view.value;
  if (store.by.value === "line") {
    const lines = store.lines.value.length;
    return html`<b>line ${store.at.value + 1}</b> of ${lines}<span>, step ${step + 1}</span>`;
  }
  if (store.by.value === "batch" && perEpoch > 1) {
    return html`<b>batch ${batch}</b> of ${perEpoch}<span>, epoch ${epoch}</span>`;
  }
  return html`<b>epoch ${epoch.toLocaleString("en")}</b><span>, step ${step.toLocaleString("en")}</span>`;
}

function pace(store, by) {
  const chosen = store.pace.value[by];
  const choose = (event) => {
    store.pace.value = { ...store.pace.value, [by]: Number(event.target.value) };
  };
  return html`<div class="pace" role="group" aria-label="How far at once, and how fast">
    <select class="units" aria-label="How far at once" @change=${(event) => (store.by.value = event.target.value)}>
      ${Object.keys(PACES).map((unit) => html`<option value=${unit} ?selected=${by === unit}>by ${unit}</option>`)}
    </select>
    ${Object.keys(PACES).map(
      (unit) => html`<button aria-pressed=${by === unit} @click=${() => (store.by.value = unit)}>${unit}</button>`,
    )}
    <select class="speed" aria-label="Speed" .value=${String(chosen)} @change=${choose}>
      ${PACES[by].map(([value, title]) => html`<option value=${value} ?selected=${value === chosen}>${title}</option>`)}
    </select>
  </div>`;
}
