// The network as tables: every unit of every column, with its weights and values.
import { html, nothing } from "lit-html";
import { askWhy } from "./actions.js";
import { entry } from "./names.js";
import { written } from "./values.js";
import { toggle } from "./graph/graph.js";
import { rowOf } from "./graph/units.js";
import { unitsOf } from "./graph/layout.js";

export function tables(store) {
  const { columns } = store.world.value.structure;
  const row = rowOf(store);
  return html`<div class="tables">
    ${columns.map((column, i) => one(store, column, columns[i - 1], row))}
    <div class="below">${toggle(store)}</div>
  </div>`;
}

function one(store, column, before, row) {
  const units = unitsOf(column, store.opened.value.has(column.a)).places.filter((unit) => unit !== null);
  const from = before ? unitsOf(before, store.opened.value.has(before.a)).places.filter((unit) => unit !== null) : [];
  const quantities = before ? [column.z, column.a, `d${column.a}`, `d${column.z}`].filter(Boolean) : [column.a];
  const told = [...new Set(quantities)].filter((name) => written(store, entry(name, row, units[0])) !== "");
  const also = [column.activation, ...(column.also ?? [])].filter(Boolean).join(", ");
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${`Table: ${column.title}`}>
    <table>
      <caption>${column.title}${also ? html` <span class="soft">${also}</span>` : nothing}</caption>
      <thead>
        <tr>
          <th scope="col">unit</th>
          ${before ? from.map((unit) => html`<th scope="col">${entry(column.weights, unit, "·")}</th>`) : nothing}
          ${column.bias ? html`<th scope="col">${column.bias}</th>` : nothing}
          ${told.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${units.map(
          (unit) => html`<tr>
            <th scope="row">${column.names?.[unit] ?? unit}</th>
            ${before ? from.map((other) => cell(store, column.weights, other, unit)) : nothing}
            ${column.bias ? cell(store, column.bias, unit) : nothing}
            ${told.map((name) => cell(store, name, row, unit))}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function cell(store, name, ...index) {
  const at = entry(name, ...index);
  return html`<td><button data-e=${at} data-q=${name} @click=${() => askWhy(store, at)}>${written(store, at, 6)}</button></td>`;
}
