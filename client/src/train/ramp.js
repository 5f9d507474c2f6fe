// The key of the surface's colours.
import { html, nothing, svg } from "lit-html";
import { localOf } from "./local.js";
import { number } from "./scale.js";
import { shownOf } from "./shown.js";
import { rampOf } from "./surface.js";

const NAMES = {
  surface: Array.from({ length: 8 }, (_, k) => `var(--s${k})`),
  unit: Array.from({ length: 5 }, (_, k) => `var(--t${k})`),
};

/** A strip of the bands from the least to the most, with a line of ink at one half. */
export function ramp(store, local = localOf(store)) {
  const key = rampOf(shownOf(store, local));
  if (!key) return nothing;
  const fills = key.reversed ? [...NAMES[key.kind]].reverse() : NAMES[key.kind];
  const wide = 160 / fills.length,
    text = (value) => (Number.isInteger(value) ? String(value) : number(value, 2));
  return html`<svg
    class="ramp"
    viewBox="0 0 230 14"
    role="img"
    aria-label=${`Scale from ${text(key.low)} to ${text(key.high)}`}
  >
    <defs>
      <pattern
        id="ramp-hatch"
        width="5"
        height="5"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <path d="M0 0V5" stroke="var(--neg)" stroke-width="1.3" opacity="0.6" />
      </pattern>
    </defs>
    <text x="32" y="11.5" font-size="13" text-anchor="end">${text(key.low).replace("-", "−")}</text>
    ${fills.map((fill, k) => cell(38 + k * wide, wide, fill))}
    ${key.kind === "unit" ? cell(38, 2 * wide, "url(#ramp-hatch)") : nothing}
    ${key.half ? line(38 + 80) : nothing}
    <text x="204" y="11.5" font-size="13">${text(key.high)}</text>
  </svg>`;
}

const cell = (x, width, fill) => svg`<rect x=${x} y="1" width=${width} height="12" fill=${fill}/>`;
const line = (x) => svg`<path d=${`M${x} 0v14`} stroke="var(--ink)" stroke-width="1.2"/>`;
