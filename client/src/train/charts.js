// The charts beside the step view: the loss, and where the sample lies.
import { html, nothing } from "lit-html";
import { drawCurve, epochOf, LOSS, rowsOf } from "./curves.js";
import { drawn, part } from "./part.js";
import { className } from "./shown.js";
import { drawSurface } from "./surface.js";

export function charts(store) {
  const { data, structure } = store.world.value;
  return html`<div class="small-charts">
    <figure>
      <h3>Loss</h3>
      <div class="small-chart" role="img" aria-label="loss by epoch" ${part(loss, store)}></div>
    </figure>
    ${
      data.plane
        ? html`<figure>
            <h3>${titleOf(data, structure)}</h3>
            <div
              class="small-chart plane"
              role="img"
              aria-label="what the network gives over the input plane"
              ${part(surface, store)}
            ></div>
          </figure>`
        : nothing
    }
  </div>`;
}

const titleOf = (data, { task }) =>
  task === "numbers"
    ? "Output"
    : (data.classes?.length ?? 0) > 2
      ? "Classes"
      : `P(${className(data, task === "yes" ? 1 : 0)})`;

/** What they need; before a world is known, all that they may. */
export function chartsNeed(world) {
  return { curves: true, ...(world && !world.data.plane ? {} : { surface: 40, points: true }) };
}

function loss(element, store) {
  return onCanvas(element, "loss", (pen, size, colours) => {
    drawCurve(
      pen,
      size,
      {
        rows: rowsOf(store.arrays.value.curves),
        kind: LOSS,
        log: false,
        under: null,
        now: epochOf(store.view.value),
      },
      colours,
    );
  });
}

function surface(element, store) {
  return onCanvas(element, "surface", (pen, size, colours) => {
    const { surface: values, points, labels, held, said } = store.arrays.value,
      { data, structure } = store.world.value;
    const few = labels?.data.length <= 40; // rings round many points would hide the picture
    const shown = { bounds: data.bounds, task: structure.task, surface: values, points, labels, held, said: few ? said : null };
    if (data.plane)
      drawSurface(pen, size, { ...shown, chosen: store.view.value.sample?.row ?? null }, colours);
  });
}

function onCanvas(element, name, draw) {
  const canvas = document.createElement("canvas");
  canvas.dataset.picture = name;
  element.append(canvas);
  const end = drawn(canvas, draw);
  return () => {
    end();
    canvas.remove();
  };
}
