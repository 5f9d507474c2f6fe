// Beside data that is no plane: the sample with what the network says to it, and for images the pad.
import { html, nothing } from "lit-html";
import { look } from "../actions.js";
import { shown } from "../numbers.js";
import { confusion } from "./confusion.js";
import { localOf } from "./local.js";
import { paintImage } from "./maps.js";
import { pad } from "./pad.js";
import { drawn, part } from "./part.js";
import { number, whole } from "./scale.js";
import { className } from "./shown.js";

/** The place of the surface, where there is none. */
export function pictures(store) {
  const { data } = store.world.value,
    { sample } = store.view.value,
    local = localOf(store);
  const drawnDigit = local.drawn.value;
  return html`<div class="sample" data-image=${data.image ? "yes" : "no"}>
    <div class="surface-head">
      <h2>${drawnDigit ? "What you drew" : "One sample"}</h2>
      ${chooser(store, sample)}
    </div>
    <div class="sample-body">
      ${
        data.image
          ? html`<div
                class="image"
                role="img"
                aria-label=${drawnDigit ? "the picture on the pad" : `sample ${sample?.row ?? ""}`}
                ${part(image, store)}
              ></div>
              <div class="pad-place" ${part(pad, store)}></div>`
          : features(store, sample)
      }
    </div>
    <div class="answers">${answer(store, sample, drawnDigit)} ${confusion(store)}</div>
  </div>`;
}

/** Which of the samples. */
function chooser(store, sample) {
  const { data } = store.world.value,
    last = data.train + data.held - 1;
  const to = (row) => {
    localOf(store).drawn.value = null;
    store.sample.value = Math.min(Math.max(row, 0), last);
    return look(store);
  };
  const row = sample?.row ?? 0;
  return html`<div class="chooser ui small">
    <button aria-label="the sample before" ?disabled=${row <= 0} @click=${() => to(row - 1)}>‹</button>
    <label
      ><span class="unseen">Sample</span
      ><input
        type="number"
        min="0"
        max=${last}
        .value=${String(row)}
        @change=${(event) => to(Math.round(Number(event.target.value) || 0))}
    /></label>
    <span class="soft">of ${whole(last + 1)}</span>
    <button aria-label="the sample after" ?disabled=${row >= last} @click=${() => to(row + 1)}>›</button>
  </div>`;
}

function image(element, store) {
  const canvas = document.createElement("canvas"),
    local = localOf(store);
  canvas.dataset.picture = "sample";
  element.append(canvas);
  const end = drawn(canvas, (pen, { width, height }, colours) => {
    const { image: pixels } = store.arrays.value;
    const shown = local.drawn.value
      ? { data: local.drawn.value.pixels, shape: store.world.value.data.image }
      : pixels;
    if (shown) paintImage(pen, shown, { x: 1, y: 1, width: width - 2, height: height - 2 }, colours);
  });
  return () => {
    end();
    canvas.remove();
  };
}

/** The numbers of a row of a table. */
function features(store, sample) {
  if (!sample) return nothing;
  const { features: names } = store.world.value.data;
  return html`<table class="features ui small">
    <caption class="unseen">
      Inputs of this sample
    </caption>
    <tbody>
      ${sample.x.slice(0, 40).map(
        (value, i) =>
          html`<tr>
            <th scope="row">${names[i]}</th>
            <td>${shown(value, 6)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** What the outputs are: of each class its probability as a bar. */
function answer(store, sample, drawnDigit) {
  const { data, structure } = store.world.value;
  const outputs = drawnDigit ? drawnDigit.probabilities : store.arrays.value[structure.output]?.data;
  if (!outputs) return nothing;
  if (structure.task === "numbers") {
    return html`<p class="ui">
      gives
      <b>${number(outputs[0], 3)}</b
      >${drawnDigit ? "" : html`, <span class="soft">has</span> ${number(sample?.label, 3)}`}
    </p>`;
  }
  const sent = drawnDigit ? null : store.chosen.value[structure.output]?.[0];
  const all = Array.from(outputs),
    classOf = (k) => (structure.task === "yes" ? 1 : (sent?.[k] ?? k));
  const said = drawnDigit ? drawnDigit.said[0] : sample?.said[0];
  return html`<table class="chances ui small">
    <caption>
      ${drawnDigit || !sample ? html`It says <b>${className(data, said)}</b>.` : verdict(data, sample, said)}
    </caption>
    <tbody>
      ${all.map(
        (share, k) =>
          html`<tr class=${classOf(k) === said ? "said" : ""}>
            <th scope="row">${data.classes?.[classOf(k)] ?? classOf(k)}</th>
            <td class="rail">
              <i
                style=${`width:${Math.max(0, Math.min(1, share)) * 100}%;background:var(--class${classOf(k) % 6})`}
              ></i>
            </td>
            <td>${share.toFixed(3)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function verdict(data, sample, said) {
  const label = Array.isArray(sample.label) ? sample.label[0] : sample.label,
    start = sample.held ? "Held out, it" : "It";
  return label === said
    ? html`${start} is <b>${className(data, label)}</b>, and called so.`
    : html`${start} is <b>${className(data, label)}</b>, but called <b>${className(data, said)}</b>.`;
}
