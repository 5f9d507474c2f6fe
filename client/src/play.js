// Playing: one request after another, the next one sent as soon as the answer is in, so that Python trains while the
// browser draws.
import { effect } from "@preact/signals-core";
import { advance, on } from "./actions.js";

const FRAME = 0.016; // seconds of training between two drawings; what is drawn is computed beside, in about as long
// An engine that takes so many steps a second, as in the browser, trains longer between two: else drawing takes it all.
const [FEW, MANY, LONGER] = [500, 5000, 0.07];

/** Have a store's page play while `playing` is set. Returns what ends it. */
export function player(store) {
  let ended = false;
  let running = false;
  let timer = 0;

  async function run() {
    if (running) return;
    running = true;
    while (!ended && store.playing.value) {
      const began = performance.now();
      const went = await move();
      if (!went) store.playing.value = false;
      await pause(began);
    }
    running = false;
  }

  function move() {
    const by = store.by.value;
    if (by === "line") return on(store);
    return store.pace.value[by] ? advance(store, by, 1) : advance(store, "seconds", frame());
  }

  function frame() {
    const { rate } = store.view.value;
    return FEW < rate && rate < MANY ? LONGER : FRAME;
  }

  /** The rest of the time that a move has at this pace; at full speed none. */
  function pause(began) {
    const pace = store.pace.value[store.by.value];
    const rest = pace ? 1000 / pace - (performance.now() - began) : 0;
    if (rest <= 0) return undefined;
    return new Promise((resolve) => {
      const stop = effect(() => {
        if (!store.playing.value) done();
      });
      timer = setTimeout(done, rest);
      function done() {
        clearTimeout(timer);
        queueMicrotask(() => stop());
        resolve();
      }
    });
  }

  const stop = effect(() => {
    if (store.playing.value) queueMicrotask(run);
  });
  return () => {
    ended = true;
    clearTimeout(timer);
    stop();
  };
}
