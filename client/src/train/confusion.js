// What was said of the samples of each class.
import { html } from "lit-html";
import { className } from "./shown.js";

/** The table, of the held-out samples or else of all. */
export function confusion(store) {
  const { confusion: counts } = store.arrays.value,
    { data } = store.world.value;
  if (!counts) return "";
  const size = counts.shape[0],
    few = size <= 4;
  const rows = Array.from({ length: size }, (_, i) =>
    Array.from(counts.data.subarray(i * size, (i + 1) * size)),
  );
  const name = (k) => data.classes?.[k] ?? k;
  const right = (i, j) => (i === j ? "right" : "");
  return html`<table class="confusion ui small" data-many=${few ? "no" : "yes"}>
    <caption>
      ${data.held ? "Held out" : "All samples"}, by class${few ? "" : "; across: what it says"}
    </caption>
    <thead>
      <tr>
        <td></td>
        ${rows.map((_, k) => html`<th scope="col">${few ? html`<span class="soft">said</span> ` : ""}${name(k)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row, i) =>
          html`<tr>
            <th scope="row">${few ? html`<span class="soft">is</span> ` : ""}${name(i)}</th>
            ${row.map(
              (count, j) =>
                html`<td
                  class=${count ? right(i, j) || "wrong" : "none"}
                  title=${`${className(data, i)}, called ${className(data, j)}: ${count}`}
                >
                  ${count}
                </td>`,
            )}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
