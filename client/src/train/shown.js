// What the surface shows at the moment, read from what the engine has sent.
import { gridOf } from "./bands.js";

/** {bounds, task, surface or unit, points, labels, held, said}: whatever of it is there. */
export function shownOf(store, local) {
  const { points, labels, held, said, outputs, surface } = store.arrays.value;
  const { data, structure } = store.world.value;
  const wanted = local.unit.value ?? local.pinned.value;
  const unit = wanted && gridOfUnit(store, wanted.column, wanted.unit);
  return { bounds: data.bounds, task: structure.task, surface, unit, points, labels, held, said, outputs };
}

/** The map of a unit over the input plane, if it was sent. */
export function gridOfUnit(store, index, unit) {
  const { a } = store.world.value.structure.columns[index];
  const plane = store.arrays.value[`plane:${a}`];
  const place = placesOf(store, a)(unit);
  return plane && place >= 0 && place < plane.shape[0] ? gridOf(plane, place) : null;
}

/** Where units stand along an axis of an array that may have only some of them; -1 for one that was not sent. */
export function placesOf(store, name, axis = 0) {
  const few = store.chosen.value[name]?.[axis];
  return few ? (unit) => few.indexOf(unit) : (unit) => unit;
}

/** The units of a column that are seen: all of a narrow one, some of a wide one. */
export function windowOf({ units, title }, index, windows) {
  const most = title === "output" ? 10 : 8;
  const few = Math.min(units, most),
    start = Math.min(windows[index] ?? 0, units - few);
  return Array.from({ length: few }, (_, i) => start + i);
}

/** What a class is called: numbers are no names. */
export function className({ classes }, index) {
  const name = classes?.[index] ?? String(index);
  return /^\d+$/.test(name) ? `class ${name}` : name;
}

/** What the picture is called. */
export function titleOf(store, local) {
  const { data, structure } = store.world.value;
  const wanted = local.unit.value ?? local.pinned.value;
  if (wanted) {
    const column = structure.columns[wanted.column];
    return `${column.title}, unit ${wanted.unit}`;
  }
  if (structure.task === "numbers") return "The output over the plane";
  if (structure.task === "yes") return `P(${className(data, 1)}) over the plane`;
  return data.classes?.length === 2
    ? `P(${className(data, 0)}) over the plane`
    : "The likeliest class over the plane";
}
