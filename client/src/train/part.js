// A part of the training view that keeps an element of its own and draws in it when its numbers change.
import { signal, untracked } from "@preact/signals-core";
import { AsyncDirective, directive } from "lit-html/async-directive.js";
import { noChange } from "lit-html";
import { region } from "../region.js";
import { onTheme, readColours } from "./colours.js";
import { canvasPen, SvgPen } from "./pen.js";

class Part extends AsyncDirective {
  render() {
    return noChange;
  }

  update(place, [make, ...given]) {
    if (this.again) return;
    this.again = () => make(place.element, ...given);
    this.reconnected();
  }

  /** The element is in the document only after all of the template is drawn; there alone it has a size and a style. */
  reconnected() {
    queueMicrotask(() => {
      if (this.isConnected && !this.end) this.end = this.again();
    });
  }

  disconnected() {
    this.end?.();
    this.end = null;
  }
}

/** `<div ${part(make, …)}>`: `make(element, …)` is called once the element is there, and what it returns at its end. */
export const part = directive(Part);

const draws = new WeakMap();

const REST = 95; // milliseconds between two drawings of what need not follow every picture of a training

/**
 * Draw on a canvas now and whenever its size, the theme or a signal that `draw` reads has changed.
 * @param {(pen: object, size: {width: number, height: number}, colours: object) => void} draw
 * @param {object} resting a store: while it plays, ten drawings a second are enough
 * @returns {() => void} what ends it
 */
export function drawn(canvas, draw, resting = null) {
  let last = -Infinity;
  const turns = signal(0);
  let colours = readColours(canvas);
  let size = sizeOf(canvas);
  const sized = new ResizeObserver(() => {
    const now = sizeOf(canvas);
    if (now.width === size.width && now.height === size.height) return;
    size = now;
    colours = readColours(canvas);
    turns.value += 1;
  });
  sized.observe(canvas);
  draws.set(canvas, draw);
  const ends = [
    () => sized.disconnect(),
    () => draws.delete(canvas),
    onTheme(canvas, () => {
      colours = readColours(canvas);
      turns.value += 1;
    }),
    region(() => {
      const now = performance.now();
      if (turns.value < 0 || !size.width || !size.height) return;
      if (resting?.playing.value && resting.arrays.value && now - last < REST) return;
      last = now;
      draw(canvasPen(canvas), size, colours);
    }),
  ];
  return () => ends.forEach((end) => end());
}

const sizeOf = ({ clientWidth: width, clientHeight: height }) => ({ width, height });

/** What stands on a canvas, drawn once more as SVG. */
export function svgOf(canvas) {
  const { width, height } = sizeOf(canvas),
    pen = new SvgPen(width, height),
    colours = readColours(canvas);
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, width, height);
  untracked(() => draws.get(canvas)(pen, { width, height }, colours));
  return String(pen);
}
