// A gradient, and the slope that it is: L as one number varies.
import { html, nothing, svg } from "lit-html";
import { shown, signed } from "../numbers.js";

const W = 336;
const H = 140;
const LEFT = 48;
const RIGHT = 326;
const TOP = 16;
const BOTTOM = 112;

export function nudge(store, told) {
  const { finding, reason, head, text, verdict } = told.nudge;
  const agrees = finding === "agrees";
  return html`<figure class="nudge">
    <h3>${agrees ? "Nudged, it agrees" : "Nudged"}</h3>
    ${store.curve.value ? curve(store.curve.value, told.nudge) : nothing}
    <figcaption class="small soft">${signed(capital(head))} ${signed(text)}${agrees ? " ✓" : `, ${verdict}`}${
      reason ? `: ${reason}` : ""
    }</figcaption>
  </figure>`;
}

function curve({ data, shape }, { entry, slope }) {
  const k = shape[1];
  const xs = data.subarray(0, k);
  const ys = data.subarray(k);
  const middle = (k - 1) / 2;
  const [x0, x1] = [xs[0], xs[k - 1]];
  const low = Math.min(...ys);
  const high = Math.max(...ys);
  const x = (value) => LEFT + ((value - x0) / (x1 - x0 || 1)) * (RIGHT - LEFT);
  const y = (value) => BOTTOM - ((value - low) / (high - low || 1)) * (BOTTOM - TOP - 6);
  const at = [x(xs[middle]), y(ys[middle])];
  const path = [...xs].map((value, i) => `${i ? "L" : "M"}${x(value).toFixed(1)} ${y(ys[i]).toFixed(1)}`).join("");
  const steep = ((y(low + slope * (x1 - x0)) - y(low)) / (RIGHT - LEFT)) || 0;
  const reach = Math.min(55, 40 / Math.max(Math.abs(steep), 0.01));
  const lower = at[1] < H / 2 ? 18 : -10;
  return svg`<svg viewBox="0 0 ${W} ${H}" class="ui" role="img"
      aria-label=${`L as ${entry} varies around ${shown(xs[middle])}; there its slope is ${shown(slope)}`}>
    <path class="axis" d="M${LEFT} ${BOTTOM}H${RIGHT}" />
    ${tick(x(x0), shown(x0, 3), "start")} ${tick(at[0], shown(xs[middle], 3), "middle")}
    <path class="axis" d="M${LEFT - 4} ${at[1]}h4" />
    <text x=${LEFT - 7} y=${at[1] + 4} font-size="12" text-anchor="end">${shown(ys[middle], 3)}</text>
    <text x=${LEFT - 7} y="11" font-size="12.5" text-anchor="end">L</text>
    <path class="axis" stroke-dasharray="2 3" d="M${LEFT} ${at[1]}H${at[0]}V${BOTTOM}" />
    <path d="M${at[0] - reach} ${at[1] - steep * reach}L${at[0] + reach} ${at[1] + steep * reach}"
      stroke="var(--mark)" stroke-width="9" />
    <path class="drawn" d=${path} />
    <circle cx=${at[0]} cy=${at[1]} r="4" fill="var(--ink)" />
    <text x=${at[0] + 10} y=${at[1] + lower} font-size="12.5" class="over">slope ${shown(slope)}</text>
    <text x=${RIGHT} y=${BOTTOM + 17} font-size="12.5" text-anchor="end">${entry}</text>
  </svg>`;
}

function tick(x, text, anchor) {
  return svg`<path class="axis" d="M${x} ${BOTTOM}v4" />
    <text x=${x} y=${BOTTOM + 17} font-size="12" text-anchor=${anchor}>${text}</text>`;
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
