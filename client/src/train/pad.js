// A pad to draw a digit on; the engine says what it takes it for.
import { effect } from "@preact/signals-core";
import { html, render } from "lit-html";
import { described } from "../arrays.js";
import { localOf } from "./local.js";
import { readColours } from "./colours.js";
import { className } from "./shown.js";

const SIDE = 280; // pixels of the drawing itself, whatever its size on the page
const NIB = 26;
const STEPS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Make the pad in `element`. Returns what ends it. */
export function pad(element, store) {
  const local = localOf(store),
    ink = document.createElement("canvas");
  Object.assign(ink, { width: SIDE, height: SIDE });
  const strokes = ink.getContext("2d", { willReadFrequently: true });
  Object.assign(strokes, {
    lineWidth: NIB,
    lineCap: "round",
    lineJoin: "round",
    strokeStyle: "#000",
    fillStyle: "#000",
  });
  let from = null,
    cursor = [SIDE / 2, SIDE / 2],
    down = false,
    asking = false,
    again = false;

  render(
    html`<canvas
        class="pad"
        width=${SIDE}
        height=${SIDE}
        tabindex="0"
        role="application"
        aria-roledescription="pad"
        aria-label="Pad: draw with the pointer; or arrows move the pen, Space puts it down and lifts it, Delete clears"
      ></canvas>
      <p class="small ui">
        <span class="soft">Draw a digit here</span>
        <button class="link" @click=${() => clear()}>Clear</button>
      </p>
      <p class="unseen" aria-live="polite"></p>`,
    element,
  );
  const face = element.querySelector("canvas"),
    said = element.querySelector("[aria-live]");

  function paint() {
    const colours = readColours(face),
      pen = face.getContext("2d");
    pen.clearRect(0, 0, SIDE, SIDE);
    pen.globalCompositeOperation = "source-over";
    pen.drawImage(ink, 0, 0);
    pen.globalCompositeOperation = "source-in";
    pen.fillStyle = colours.ink;
    pen.fillRect(0, 0, SIDE, SIDE);
    pen.globalCompositeOperation = "source-over";
    if (document.activeElement !== face || !face.matches(":focus-visible")) return;
    pen.strokeStyle = colours.focus;
    pen.lineWidth = 3;
    pen.beginPath();
    pen.arc(...cursor, down ? NIB / 2 : NIB / 2 + 4, 0, 2 * Math.PI);
    pen.stroke();
  }

  function line(a, b) {
    strokes.beginPath();
    strokes.moveTo(...a);
    strokes.lineTo(b[0] + 0.01, b[1]);
    strokes.stroke();
    paint();
    ask();
  }

  function clear() {
    strokes.clearRect(0, 0, SIDE, SIDE);
    local.drawn.value = null;
    said.textContent = "";
    paint();
  }

  /** Ask what it is; while an answer is out, once more after it. */
  async function ask() {
    if (asking) {
      again = true;
      return;
    }
    const pixels = pixelsOf(ink, store.world.value.data);
    if (!pixels) return;
    asking = true;
    const answer = await store.request("draw", { arrays: [described("pixels", pixels)] }, [
      pixels.buffer.slice(0),
    ]);
    asking = false;
    if (answer) {
      const told = answer.header.draw;
      local.drawn.value = { pixels, said: told.said, probabilities: answer.arrays.probabilities.data };
    }
    if (again) {
      again = false;
      ask();
    }
  }

  const where = (event) => {
    const edge = face.getBoundingClientRect();
    return [
      ((event.clientX - edge.left) / edge.width) * SIDE,
      ((event.clientY - edge.top) / edge.height) * SIDE,
    ];
  };
  const listeners = {
    pointerdown(event) {
      face.setPointerCapture(event.pointerId);
      from = where(event);
      line(from, from);
    },
    pointermove(event) {
      if (!from) return;
      const to = where(event);
      line(from, to);
      from = to;
    },
    pointerup: () => (from = null),
    pointercancel: () => (from = null),
    focus: paint,
    blur: paint,
    keydown(event) {
      const step = STEPS[event.key];
      if (step) {
        const to = cursor.map((value, axis) => Math.min(SIDE, Math.max(0, value + step[axis] * 14)));
        if (down) line(cursor, to);
        cursor = to;
      } else if (event.key === " ") {
        down = !down;
        if (down) line(cursor, cursor);
      } else if (event.key === "Delete" || event.key === "Backspace") clear();
      else return;
      event.preventDefault();
      paint();
    },
  };
  for (const [name, listener] of Object.entries(listeners)) face.addEventListener(name, listener);
  const stop = effect(() => {
    if (!local.drawn.value) return;
    said.textContent = `it says ${className(store.world.value.data, local.drawn.value.said[0])}`;
  });
  return () => {
    for (const [name, listener] of Object.entries(listeners)) face.removeEventListener(name, listener);
    stop();
    render(html``, element);
  };
}

/**
 * The drawing as the data has its pictures: the ink cut out, its longer side 20 of 28 pixels (or all 8 of 8, in
 * height), its centre of mass in the middle, from 0 to 1.
 */
export function pixelsOf(ink, { image: [down, across] }) {
  const found = boxOf(ink);
  if (!found) return null;
  const [x, y, width, height] = found,
    side = down <= 8 ? down : Math.round((20 / 28) * down);
  const scale = side / Math.max(width, height),
    small = document.createElement("canvas");
  Object.assign(small, { width: across, height: down });
  const pen = small.getContext("2d", { willReadFrequently: true });
  const put = (dx, dy) => {
    pen.clearRect(0, 0, across, down);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(
      ink,
      x,
      y,
      width,
      height,
      (across - width * scale) / 2 + dx,
      (down - height * scale) / 2 + dy,
      width * scale,
      height * scale,
    );
    const { data } = pen.getImageData(0, 0, across, down);
    return Float32Array.from({ length: across * down }, (_, i) => data[4 * i + 3] / 255);
  };
  const first = put(0, 0);
  return down <= 8 ? first : put(...offCentre(first, across, down));
}

/** How far the ink's centre of mass is from the middle, in whole pixels, to be moved back. */
function offCentre(pixels, across, down) {
  let mass = 0,
    x = 0,
    y = 0;
  pixels.forEach((value, i) => {
    mass += value;
    x += value * (i % across);
    y += value * Math.floor(i / across);
  });
  return [(across - 1) / 2 - x / mass, (down - 1) / 2 - y / mass].map(Math.round);
}

function boxOf(ink) {
  const { data, width, height } = ink.getContext("2d").getImageData(0, 0, ink.width, ink.height);
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (data[4 * (y * width + x) + 3] < 8) continue;
      [left, top, right, bottom] = [
        Math.min(left, x),
        Math.min(top, y),
        Math.max(right, x),
        Math.max(bottom, y),
      ];
    }
  }
  return right < 0 ? null : [left, top, right - left + 1, bottom - top + 1];
}
