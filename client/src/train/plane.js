// The surface as something to touch: points are added, moved and removed by pointer or keys, places tell their values.
import { effect, untracked } from "@preact/signals-core";
import { html, render } from "lit-html";
import { edit } from "../actions.js";
import { localOf } from "./local.js";
import { drawn } from "./part.js";
import { shownOf } from "./shown.js";
import { drawSurface, planeGeometry } from "./surface.js";
import { told, valuesAt } from "./told.js";

const NEAR = 11; // pixels from a point at which it is meant
const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Make the plot in `element`. Returns what ends it. */
export function plane(element, store) {
  render(template(), element);
  const plot = new Plot(element.firstElementChild, store);
  return () => plot.end();
}

class Plot {
  constructor(spot, store) {
    Object.assign(this, { spot, store, local: localOf(store), drag: null });
    this.canvas = spot.querySelector("canvas");
    this.parts = Object.fromEntries(
      ["ring", "ghost", "tip", "unseen"].map((name) => [name, spot.querySelector(`.${name}`)]),
    );
    this.listeners = {
      pointermove: (event) => this.move(event),
      pointerdown: (event) => this.down(event),
      pointerup: (event) => this.up(event),
      pointercancel: () => this.release(),
      pointerleave: () => this.tell([0, 0], ""),
      keydown: (event) => this.press(event),
    };
    for (const [name, listener] of Object.entries(this.listeners)) spot.addEventListener(name, listener);
    this.ends = [
      drawn(this.canvas, (pen, size, colours) => {
        const shown = shownOf(store, this.local);
        if (shown.bounds) drawSurface(pen, size, shown, colours);
      }),
      effect(() => this.mark(this.local.point.value, shownOf(store, this.local))),
    ];
  }

  end() {
    for (const [name, listener] of Object.entries(this.listeners))
      this.spot.removeEventListener(name, listener);
    this.ends.forEach((end) => end());
  }

  get shown() {
    return untracked(() => shownOf(this.store, this.local));
  }

  get geometry() {
    const { canvas } = this,
      em = parseFloat(getComputedStyle(canvas).fontSize) / 16;
    return planeGeometry(canvas.clientWidth, canvas.clientHeight, this.shown.bounds, em);
  }

  /** Where a row's point is, in pixels. */
  place(row, points = this.shown.points, at = this.geometry) {
    return [at.x(points.data[2 * row]), at.y(points.data[2 * row + 1])];
  }

  /** Where the pointer is, and whether that is in the plane. */
  where(event) {
    const edge = this.canvas.getBoundingClientRect(),
      { box } = this.geometry;
    const [x, y] = [event.clientX - edge.left, event.clientY - edge.top];
    return {
      at: [x, y],
      inside: x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height,
    };
  }

  nearest([x, y], within = NEAR) {
    const { points } = this.shown,
      at = this.geometry;
    let best = null,
      least = within ** 2;
    for (let row = 0; row < (points?.shape[0] ?? 0); row += 1) {
      const [px, py] = this.place(row, points, at),
        away = (px - x) ** 2 + (py - y) ** 2;
      if (away <= least) [best, least] = [row, away];
    }
    return best;
  }

  /** The next point that lies rather in this direction than aside. */
  beside(row, [dx, dy]) {
    if (row === null)
      return this.nearest([this.canvas.clientWidth / 2, this.canvas.clientHeight / 2], Infinity);
    const { points } = this.shown,
      at = this.geometry,
      [x, y] = this.place(row, points, at);
    let best = row,
      least = Infinity;
    for (let other = 0; other < points.shape[0]; other += 1) {
      const [px, py] = this.place(other, points, at);
      const along = (px - x) * dx + (py - y) * dy,
        aside = Math.abs((px - x) * dy) + Math.abs((py - y) * dx);
      if (along > 0 && aside <= along && along + 2 * aside < least)
        [best, least] = [other, along + 2 * aside];
    }
    return best;
  }

  choose(row) {
    this.local.point.value = row;
    this.parts.unseen.textContent = row === null ? "" : told(this.shown, row, this.store.world.value);
  }

  async put(row, x, label) {
    await edit(this.store, { points: [{ row, x, label }] });
    if (row >= 0 && x) this.choose(row);
  }

  /** The frame around the chosen point. */
  mark(row, { points, bounds }) {
    const { ring } = this.parts;
    ring.hidden = row === null || !points || !bounds || row >= points.shape[0];
    if (ring.hidden) return;
    const [x, y] = this.place(row);
    ring.style.transform = `translate(${x}px, ${y}px)`;
  }

  /** Words beside the pointer, on the side where there is room. */
  tell([x, y], text) {
    const { tip } = this.parts,
      aside = x > this.canvas.clientWidth / 2 ? "calc(-100% - 12px)" : "14px";
    tip.hidden = !text;
    tip.textContent = text;
    tip.style.transform = `translate(${x}px, ${y}px) translate(${aside}, -50%)`;
  }

  move(event) {
    const { at, inside } = this.where(event),
      { drag, shown } = this,
      world = this.store.world.value;
    if (drag && Math.hypot(at[0] - drag.from[0], at[1] - drag.from[1]) > 4) drag.moved = true;
    if (drag?.moved && drag.row !== null) {
      this.parts.ghost.hidden = false;
      this.parts.ghost.style.transform = `translate(${at[0]}px, ${at[1]}px)`;
    }
    const row = inside ? this.nearest(at) : null;
    this.spot.style.cursor = row !== null ? "grab" : inside ? "crosshair" : "default";
    if (!inside) this.tell(at, "");
    else
      this.tell(
        at,
        row === null ? valuesAt(shown, this.geometry.back(...at), world) : told(shown, row, world),
      );
  }

  down(event) {
    const { at, inside } = this.where(event);
    if (event.button || !inside) return;
    this.drag = { from: at, row: this.nearest(at), moved: false };
    this.spot.setPointerCapture(event.pointerId);
  }

  up(event) {
    const { at, inside } = this.where(event),
      { drag, local } = this;
    this.release();
    if (!drag || !inside) return;
    const x = this.geometry.back(...at);
    if (drag.moved && drag.row !== null) this.put(drag.row, x, this.shown.labels.data[drag.row]);
    else if (drag.moved) return;
    else if (drag.row !== null) this.choose(drag.row === local.point.value ? null : drag.row);
    else if (local.point.value !== null) this.choose(null);
    else this.put(-1, x, local.brush.value);
  }

  release() {
    this.drag = null;
    this.parts.ghost.hidden = true;
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.shown.points) return;
    if (this.act(event.key, event.shiftKey, this.local.point.value)) event.preventDefault();
  }

  /** What a key does; whether it does anything. */
  act(key, shift, row) {
    const direction = DIRECTIONS[key],
      { labels, bounds } = this.shown;
    if (direction && shift && row !== null) this.nudge(row, direction);
    else if (direction) this.choose(this.beside(row, direction));
    else if (/^[1-9]$/.test(key)) this.take(Number(key) - 1);
    else if (key === "a")
      this.put(-1, row === null ? middle(bounds) : this.coordinates(row), this.local.brush.value);
    else if ((key === "Delete" || key === "Backspace") && row !== null) {
      this.choose(null);
      this.put(row, null, labels.data[row]);
    } else if (key === "Escape" && row !== null) this.choose(null);
    else return false;
    return true;
  }

  coordinates(row) {
    const { data } = this.shown.points;
    return [data[2 * row], data[2 * row + 1]];
  }

  /** Move a point by a hundredth of the plane. */
  nudge(row, [right, down]) {
    const { bounds, labels } = this.shown,
      [x, y] = this.coordinates(row),
      step = (bounds[1] - bounds[0]) / 100;
    this.put(row, [x + right * step, y - down * step], labels.data[row]);
  }

  /** The class that the next point gets. */
  take(index) {
    const { classes } = this.store.world.value.data;
    if (classes && index < classes.length) this.local.brush.value = index;
  }
}

const middle = ([x0, x1, y0, y1]) => [(x0 + x1) / 2, (y0 + y1) / 2];

const KEYS = `Points over the input plane. Arrows go from point to point, Shift and an arrow move the point, Delete removes
  it, a adds one of the class that a number key has chosen.`;

const template = () =>
  html`<div class="spot" tabindex="0" role="application" aria-roledescription="plot" aria-label=${KEYS}>
    <canvas data-picture="surface"></canvas>
    <i class="ring" hidden></i><i class="ghost" hidden></i><output class="tip ui" hidden></output>
    <p class="unseen" aria-live="polite"></p>
  </div>`;
