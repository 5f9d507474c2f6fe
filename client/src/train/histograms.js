// How the activations and gradients of each layer are spread; dead and saturated units are told.
import { html, render } from "lit-html";
import { region } from "../region.js";
import { drawn, part } from "./part.js";
import { linear, number } from "./scale.js";

/** Make the panel in `element`. */
export function histograms(element, store) {
  return region(() => {
    const { columns } = store.world.value.structure;
    render(
      html`<table class="spread ui small">
        <caption class="unseen">
          How activations and gradients are spread, for each layer
        </caption>
        <thead>
          <tr>
            <th scope="col"><span class="unseen">layer</span></th>
            <th scope="col">activations</th>
            <th scope="col">gradients</th>
            <th scope="col"><span class="unseen">units</span></th>
          </tr>
        </thead>
        <tbody>
          ${columns.slice(1).map(
            (column) =>
              html`<tr>
                <th scope="row">
                  ${column.title}<br /><span class="soft">${column.activation || "identity"}</span>
                </th>
                <td>${bars(store, column.a, column)}</td>
                <td>${bars(store, `d${column.z}`, column)}</td>
                <td class="ailing">${ailing(store.view.value.histograms?.[column.a], column)}</td>
              </tr>`,
          )}
        </tbody>
      </table>`,
      element,
    );
  });
}

/** Units that give 0 for every sample, and those at the end of their range. */
function ailing(told, { units }) {
  if (!told) return "";
  const { dead = [], saturated = [] } = told;
  if (!dead.length && !saturated.length) return html`<span class="soft">all ${units} alive</span>`;
  const list = (found) => `${found.slice(0, 6).join(", ")}${found.length > 6 ? ", …" : ""}`;
  const said = (found, sign, word) =>
    found.length
      ? html`<p>
          <span aria-hidden="true">${sign}</span> ${found.length} of ${units} ${word}<br />
          <span class="soft">${list(found)}</span>
        </p>`
      : "";
  return html`${said(dead, "◌", "dead")}${said(saturated, "◐", "saturated")}`;
}

function bars(store, name, column) {
  return html`<div
    class="histogram"
    role="img"
    aria-label=${`spread of ${name}, ${column.title}`}
    ${part(histogram, store, name)}
  ></div>`;
}

function histogram(element, store, name) {
  const canvas = document.createElement("canvas");
  canvas.dataset.picture = `histogram ${name}`;
  element.append(canvas);
  const end = drawn(canvas, (pen, size, colours) => {
    const told = store.view.value.histograms?.[name],
      counts = store.arrays.value[`histogram:${name}`];
    if (told && counts) drawHistogram(pen, size, counts.data, told, colours);
  });
  return () => {
    end();
    canvas.remove();
  };
}

/** Bars in 24 bins; those below 0 in the hue of negative numbers, with a gap in the line under them. */
export function drawHistogram(pen, { width, height }, counts, { low: least, high: most }, colours) {
  const box = { x: 6, y: 2, width: width - 12, height: height - 4 - 14 * colours.em };
  const high = Math.max(1, ...counts),
    each = box.width / counts.length,
    x = linear([least, most], [box.x, box.x + box.width]);
  counts.forEach((count, i) => {
    if (!count) return;
    const middle = least + ((i + 0.5) * (most - least)) / counts.length;
    const tall = Math.max(1, Math.sqrt(count / high) * box.height);
    pen.fillStyle = middle < 0 ? colours.t[0] : colours.t[4];
    pen.fillRect(box.x + i * each + 0.5, box.y + box.height - tall, each - 1, tall);
  });
  pen.strokeStyle = colours.line;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(box.x, box.y + box.height + 0.5);
  pen.lineTo(box.x + box.width, box.y + box.height + 0.5);
  if (least < 0 && most > 0) {
    pen.moveTo(x(0), box.y);
    pen.lineTo(x(0), box.y + box.height + 4);
  }
  pen.stroke();
  pen.fillStyle = colours.soft;
  pen.font = `${11 * colours.em}px ${colours.sans}`;
  pen.textBaseline = "alphabetic";
  const decimals = Math.max(Math.abs(least), Math.abs(most)) < 0.1 ? 4 : 2;
  pen.textAlign = "left";
  pen.fillText(number(least, decimals), box.x, height - 3);
  pen.textAlign = "right";
  pen.fillText(number(most, decimals), box.x + box.width, height - 3);
}
