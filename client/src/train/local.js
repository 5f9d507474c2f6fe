// What the training view alone knows of a page: what is pointed at, what is unfolded.
import { batch, signal } from "@preact/signals-core";

const known = new WeakMap();

export function localOf(store) {
  if (!known.has(store)) known.set(store, makeLocal());
  return known.get(store);
}

/** Forget what was chosen of a network or data that are no longer there. */
export function forgetChosen(store) {
  const local = localOf(store);
  batch(() => {
    for (const name of ["unit", "pinned", "point", "compared", "drawn"]) local[name].value = null;
    local.windows.value = {};
    local.brush.value = 0;
    local.then.value = null;
  });
}

function makeLocal() {
  return {
    unit: signal(null), // {column, unit}: whose map is large in the place of the surface
    pinned: signal(null), // the same, until it is let go
    windows: signal({}), // of wide columns, the first unit that is seen
    point: signal(null), // the row of the point that is chosen
    brush: signal(0), // the class that a new point gets
    panel: signal("curves"), // what is below the network: "curves", "histograms" or "compare"
    log: signal(false), // the loss on a logarithmic scale
    then: signal(null), // the step that now is compared with
    compared: signal(null), // what the engine said of it
    drawn: signal(null), // {pixels, said, probabilities}: the digit on the pad
  };
}
