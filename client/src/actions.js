// What a person can do, in the engine's words.
import { batch } from "@preact/signals-core";
import { parsedLesson } from "./lessons/course.js";

/** Open a state: the worked example, where nothing else is said. With an address comes what it says is shown. */
export async function open(store, fields = {}, buffers = []) {
  const answer = await store.request("open", { ...fields, want: store.want() }, buffers);
  if (answer) await show(store, answer.header.shown);
  return answer;
}

/** Bring the page to what an address says is shown: the view, the line, the question, what is hidden. */
async function show(store, shown) {
  const { mode = "step", sample = null, hide = [], parts = [], lesson, line, why } = shown ?? {};
  const before = store.mode.value;
  batch(() => {
    forget(store);
    store.opened.value = new Set();
    store.sample.value = sample;
    store.hidden.value = new Set(hide);
    store.quiz.value = false; // what is to be filled in is said, and no more is hidden
    store.marked.value = null;
    store.parts.value = parts;
    store.lesson.value = parsedLesson(lesson);
    store.at.value = 0;
    if (shown) store.mode.value = mode;
    if (shown) store.by.value = mode === "step" ? "line" : "epoch";
  });
  if (store.mode.value !== before) await look(store);
  await refresh(store, line);
  if (why) await askWhy(store, why);
}

/** Change settings: a new start at step 0. */
export async function change(store, settings, buffers = [], arrays = undefined) {
  const answer = await store.request("change", { settings, arrays, want: store.want() }, buffers);
  if (answer) {
    batch(() => {
      store.opened.value = new Set();
      store.sample.value = null;
    });
    await begin(store, 0);
  }
  return answer;
}

/** Have the pictures' arrays anew, after what they need has changed. */
export function look(store) {
  return store.request("view", { want: store.want() });
}

let advancing = new WeakSet();

/** Train on; no second time before the answer to the first. */
export async function advance(store, by, count) {
  if (advancing.has(store)) return null;
  advancing.add(store);
  const answer = await store.request("advance", { by, count, want: store.want() });
  advancing.delete(store);
  if (answer) forget(store);
  return answer;
}

/** Return to an earlier step, or to a later one that was taken. */
export async function seek(store, step) {
  const before = store.view.value?.numbers ?? {};
  const answer = await store.request("seek", { step, want: store.want() });
  if (answer) {
    forget(store);
    tellNumbers(store, before, "as at this step");
  }
  return answer;
}

/** Say which of the optimizer's numbers have become others, where nobody set them. */
export function tellNumbers(store, before, why) {
  const now = store.view.value?.numbers ?? {};
  const others = Object.keys(now).filter((name) => name in before && now[name] !== before[name]);
  if (!others.length) return;
  const signs = store.world.value.choices.numbers[store.world.value.settings.training.optimizer] ?? [];
  const sign = (name) => signs.find((each) => each.name === name)?.sign ?? name;
  const told = others.map((name) => `${sign(name)} is now ${now[name]}`).join(", ");
  store.notice.value = { text: `${told}, ${why}.`, field: null };
}

/** Set numbers, points or parameters by hand. */
export async function edit(store, changes) {
  const answer = await store.request("edit", { ...changes, want: store.want() });
  if (answer) {
    const entry = store.selected.value;
    await Promise.all([refresh(store), entry && askWhy(store, entry, { keep: true })]);
  }
  return answer;
}

/** The program and its current line, of the step that comes next; `name` makes another one current. */
export async function refresh(store, name = undefined) {
  await store.request("lines", about(store));
  if (name) store.at.value = Math.max(0, store.lines.value.findIndex((each) => each.name === name));
  const line = store.lines.value[store.at.value];
  if (line) await store.request("line", { name: line.name, ...about(store) });
}

async function begin(store, at) {
  batch(() => {
    forget(store);
    store.at.value = at;
  });
  await refresh(store);
}

/** Close what was asked about numbers that are no longer there. */
function forget(store) {
  if (store.why.value || store.selected.value || store.whatIf.value) closeWhy(store);
}

export function closeWhy(store) {
  batch(() => {
    store.why.value = null;
    store.curve.value = null;
    store.asked.value = [];
    store.selected.value = null;
    store.whatIf.value = null;
  });
}

/** Make another line of the program current. */
export async function toLine(store, index) {
  const line = store.lines.value[index];
  if (!line) return null;
  store.at.value = index;
  return store.request("line", { name: line.name, ...about(store) });
}

/** Questions are about the next step, or where the chosen sample is not in its batch, about that on it alone. */
function about(store) {
  const sample = store.view.value.sample;
  return sample && !sample.in_batch ? { row: sample.row } : {};
}

/** One line, batch or epoch on. */
export async function on(store) {
  const by = store.by.value;
  if (by !== "line") return fresh(store, await advance(store, by, 1), 0);
  if (store.at.value < store.lines.value.length - 1) return toLine(store, store.at.value + 1);
  return fresh(store, await advance(store, "batch", 1), 0);
}

/** One line, batch or epoch back. */
export async function back(store) {
  const { step, per_epoch: perEpoch } = store.view.value;
  const by = store.by.value;
  if (by === "line" && store.at.value > 0) return toLine(store, store.at.value - 1);
  if (step === 0) return null;
  const to = by === "epoch" ? (Math.ceil(step / perEpoch) - 1) * perEpoch : step - 1;
  return fresh(store, await seek(store, Math.max(0, to)), by === "line" ? Infinity : 0);
}

/** The first line of the first step, or the newest step there is. */
export async function toStart(store) {
  return fresh(store, await seek(store, 0), 0);
}

export async function toNewest(store) {
  return fresh(store, await seek(store, store.view.value.newest), 0);
}

async function fresh(store, answer, at) {
  if (!answer) return null;
  store.at.value = Math.min(at, Math.max(0, store.lines.value.length - 1));
  if (store.mode.value === "step") await refresh(store);
  return answer;
}

/** To the step view, at the line that makes a quantity, with one of its numbers asked about. */
export async function askThere(store, name, entry = name) {
  batch(() => {
    store.playing.value = false;
    store.mode.value = "step";
    store.by.value = "line";
  });
  await look(store);
  await refresh(store, name);
  return askWhy(store, entry);
}

/** Derive one number. */
export async function askWhy(store, entry, { keep = false } = {}) {
  store.selected.value = entry;
  const answer = await store.request("why", { entry, depth: 2, ...about(store) });
  if (!answer) return null;
  batch(() => {
    store.whatIf.value = null;
    const before = store.asked.value;
    if (!keep) store.asked.value = before.at(-1) === entry ? before : [...before, entry];
  });
  return answer;
}

/** The question before this one. */
export function askBefore(store) {
  store.asked.value = store.asked.value.slice(0, -1);
  const entry = store.asked.value.at(-1);
  return entry ? askWhy(store, entry, { keep: true }) : closeWhy(store);
}

/** Hold entries at other values, and see what changes. */
export async function whatIf(store, changes) {
  const answer = await store.request("what_if", { changes, ...about(store) });
  if (answer) store.whatIf.value = answer.header.what_if;
  return answer;
}

/** Have an answer marked. */
export async function markAnswer(store, entry, answer) {
  const got = await store.request("mark", { entry, answer, ...about(store) });
  return got?.header.mark ?? null;
}

/** Choose the sample whose values are written on the units. */
export async function chooseSample(store, row) {
  store.sample.value = row;
  await look(store);
  forget(store);
  await refresh(store);
}
