// Every sign that the page uses.
import { html, svg } from "lit-html";

const SIGNS = [
  [svg`<path class="edge positive" stroke-width="3" d="M2 12h44" />`, "weight > 0: solid"],
  [svg`<path class="edge negative" stroke-width="3" d="M2 12h44" />`, "weight < 0: dashed"],
  [svg`<path d="M2 12l44-5v10z" fill="var(--soft)" />`, "the wider, the larger"],
  [svg`<rect class="slot current" x="3" y="3" width="42" height="18" rx="2" />`, "current: what this line makes"],
  [svg`<path class="under first" d="M2 11h44m0 2.5h-44" />`, "its first input"],
  [svg`<path class="under second" d="M2 12h44" />`, "its second input"],
  [svg`<circle class="unit off" cx="24" cy="12" r="9" />`, "off: gives 0, and passes no gradient"],
  [svg`<circle class="unit chosen" cx="24" cy="12" r="9" />`, "the unit that is asked about"],
  [
    svg`<path class="lit" d="M2 12h44" /><path class="edge positive" stroke-width="2" d="M2 12h44" />`,
    "on the path of the question",
  ],
  [svg`<rect class="slot hidden-slot" x="3" y="3" width="42" height="18" rx="2" />`, "hidden, to be filled in"],
  [
    svg`<circle class="unit" cx="24" cy="12" r="8" /><rect class="held" x="13" y="1" width="22" height="22" />`,
    "held by a what-if",
  ],
];

const KEYS = [
  ["space", "play, pause"],
  ["← →", "back, on"],
  ["↑ ↓", "another line; in the drawing, another number"],
  ["Enter", "derive the number that has the focus"],
  ["e", "type another value for it"],
  ["t", "the network as tables"],
  ["n b", "in a lesson: the next stop, the one before"],
  ["Esc", "close what is open"],
  ["?", "this legend"],
];

export function legend(store) {
  return html`<div class="pop legend" role="dialog" aria-label="Legend and keys" tabindex="-1">
    <h2>Signs</h2>
    <dl>
      ${SIGNS.map(([sign, text]) => html`<dt><svg viewBox="0 0 48 24" aria-hidden="true">${sign}</svg></dt><dd>${text}</dd>`)}
    </dl>
    ${store.signs.value.map((text) => html`<p>${text}</p>`)}
    <p>dz1 is short for ∂L/∂z1: how fast the loss L grows as z1 grows.</p>
    <h2>Keys</h2>
    <dl>${KEYS.map(([key, text]) => html`<dt><kbd>${key}</kbd></dt><dd>${text}</dd>`)}</dl>
    <button class="link" @click=${() => (store.legend.value = false)}>Close</button>
  </div>`;
}
