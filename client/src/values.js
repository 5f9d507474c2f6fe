// Single numbers out of the arrays that the engine has sent.
import { parsed } from "./names.js";
import { shown } from "./numbers.js";

/**
 * One entry of what was sent; undefined where it was not.
 * Of wide layers only some units were asked for: `store.units` says which.
 */
export function valueOf(store, name, ...index) {
  const array = store.arrays.value[name];
  if (!array) return undefined;
  const { data, shape } = array;
  const places = index.slice(-shape.length);
  while (places.length < shape.length) places.unshift(0);
  let at = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    const place = placeOf(store, name, axis, places[axis], shape[axis], shape.length);
    if (place < 0 || place >= shape[axis]) return undefined;
    at = at * shape[axis] + place;
  }
  return data[at];
}

function placeOf(store, name, axis, unit, size, axes) {
  const units = store.chosen.value[name]?.[axes === 1 ? 0 : axis];
  if (!units || units.length !== size) return axes > 1 && axis === 0 && size === 1 ? 0 : unit;
  return units.indexOf(unit);
}

/** An entry as it stands on the page, "?" where it is hidden. */
export function written(store, text, decimals = 3) {
  if (store.hidden.value.has(text)) return "?";
  const { name, index } = parsed(text);
  const value = valueOf(store, name, ...index);
  if (value === undefined) return "";
  return shown(value, decimals, store.arrays.value[name].data instanceof Float32Array);
}
