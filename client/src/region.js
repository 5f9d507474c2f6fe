// A part of the page that is drawn anew, at the next frame, when a signal that it has read changes.
import { effect } from "@preact/signals-core";

/**
 * Draw now, and again whenever something has changed that was read while drawing.
 * @param {() => void} draw
 * @returns {() => void} what ends it
 */
export function region(draw) {
  let frame = 0;
  let stop = () => {};
  let ended = false;

  function run() {
    frame = 0;
    stop();
    if (ended) return;
    let first = true;
    stop = effect(() => {
      if (first) {
        first = false;
        draw();
      } else if (!frame) {
        frame = requestAnimationFrame(run);
      }
    });
  }

  run();
  return () => {
    ended = true;
    cancelAnimationFrame(frame);
    stop();
  };
}
