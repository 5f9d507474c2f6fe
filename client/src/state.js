// What one page knows, and how it asks the engine. Every page has a store of its own.
import { batch, signal } from "@preact/signals-core";
import { decode } from "./arrays.js";

const FIELDS = ["world", "view", "line", "why"];
const UNIONS = ["pictures"];

/** @param {{send: Function, listen: Function, close: Function}} port */
export function makeStore(port) {
  const store = {
    world: signal(null), // what is set and how the network is built: see docs/page.md
    view: signal(null), // where the training stands
    arrays: signal({}), // {data, shape} by name
    chosen: signal({}), // of wide layers, which units the arrays have: by name, for each axis
    lines: signal([]), // the program of the next step
    signs: signal([]), // what its signs mean, in sentences
    line: signal(null), // the current line in full
    why: signal(null), // the derivation that is open
    curve: signal(null), // beside it: values of the entry, and L at each
    asked: signal([]), // the entries that led to it, the first one asked for first
    mode: signal("step"), // "step" or "train"
    playing: signal(false),
    by: signal("line"), // "line", "batch" or "epoch"
    pace: signal({ line: 1, batch: 0, epoch: 0 }), // a second; 0: as fast as it goes
    at: signal(0), // which line is current
    selected: signal(null), // the entry asked about
    hot: signal(null), // the quantity or entry that is pointed at
    sample: signal(null), // the row whose values are written; null: the first of the next batch
    opened: signal(new Set()), // columns that are shown whole
    hidden: signal(new Set()), // entries to be filled in
    quiz: signal(false),
    parts: signal([]), // parts of the page that are left out: see docs/page.md
    lesson: signal(null), // {name, at}: the lesson that is open, and its stop
    marked: signal(null), // what was said of the last answer: {entry, text, right}
    editing: signal(null), // the entry whose number is typed
    whatIf: signal(null), // {changes, loss, changed}
    table: signal(false), // the network as tables
    legend: signal(false),
    notice: signal(null), // {text, field}: what could not be done
    status: signal("starting"), // of the engine: "starting", "recorded", "ready", "closed"
    width: signal(1280), // of the page, in pixels
  };
  const wanted = new Map();
  const waiting = new Map();
  let last = 0;

  /** Ask the engine; `null` comes back where it refuses, and its reason is the notice; with `quiet` it is `{error}`. */
  store.request = (what, fields = {}, buffers = [], { quiet = false } = {}) => {
    const id = ++last;
    const units = fields.want?.units ?? {};
    const answer = new Promise((resolve) => waiting.set(id, { resolve, units, quiet }));
    port.send({ id, do: what, ...fields }, buffers);
    return answer;
  };

  /** What a visible picture needs; the function is asked anew before each request. Returns what takes it back. */
  store.needs = (name, want) => {
    wanted.set(name, want);
    return () => wanted.get(name) === want && wanted.delete(name);
  };

  /** What all visible pictures need together. */
  store.want = () => {
    const want = { sample: store.sample.value };
    for (const one of wanted.values()) merge(want, one());
    return want;
  };

  /** Whether no request is out. */
  store.idle = () => waiting.size === 0;

  function receive(header, buffers = []) {
    if (header.status) {
      store.status.value = header.status;
      if (header.text) store.notice.value = { text: header.text, field: null };
    }
    if (!waiting.has(header.id)) return;
    const { resolve, units, quiet } = waiting.get(header.id);
    waiting.delete(header.id);
    if (header.error && quiet) {
      resolve({ error: header.error });
      return;
    }
    if (header.error) {
      store.notice.value = header.error;
      resolve(null);
      return;
    }
    const arrays = decode(header.arrays, buffers);
    batch(() => take(header, arrays, units));
    resolve({ header, arrays });
  }

  function take(header, arrays, units) {
    for (const field of FIELDS) if (field in header) store[field].value = header[field];
    if ("view" in header) {
      const kept = (header.view.kept ?? []).map((name) => [name, store.arrays.value[name]]);
      store.arrays.value = { ...Object.fromEntries(kept.filter(([, array]) => array)), ...arrays };
      store.chosen.value = axesOf(store.world.value.structure.columns, units);
      store.notice.value = header.view.diverged ? { text: header.view.diverged, field: null } : null;
    }
    if ("lines" in header) {
      store.lines.value = header.lines.lines;
      store.signs.value = header.lines.signs;
    }
    if ("why" in header) store.curve.value = arrays.curve ?? null;
  }

  port.listen(receive);
  store.close = () => port.close();
  return store;
}

/** Add what one picture needs to what the others do: the larger grid, the union of units. */
function merge(want, more) {
  for (const [key, value] of Object.entries(more)) {
    if (typeof value === "number" && typeof want[key] === "number") want[key] = Math.max(want[key], value);
    else if (UNIONS.includes(key)) want[key] = [...new Set([...(want[key] ?? []), ...value])];
    else if (key === "units") want[key] = unitsOf(want[key] ?? {}, value);
    else want[key] = value || want[key];
  }
}

function unitsOf(some, more) {
  const all = { ...some };
  for (const [name, units] of Object.entries(more)) {
    all[name] = [...new Set([...(all[name] ?? []), ...units])].sort((a, b) => a - b);
  }
  return all;
}

/** For each array of which some units were asked for, which ones stand along its axes; null: all. */
function axesOf(columns, units) {
  const axes = {};
  columns.forEach((column, i) => {
    const own = units[column.a] ?? null;
    const before = units[columns[i - 1]?.a] ?? null;
    if (own) for (const name of [column.a, column.z, `d${column.a}`, `d${column.z}`]) axes[name] = [own];
    if (column.weights && (own || before)) axes[column.weights] = [before, own];
    if (column.bias && own) axes[column.bias] = [own];
  });
  return axes;
}
