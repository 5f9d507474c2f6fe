// Where a lesson stands, and the ways on.
import { LESSONS, stopOf } from "./words.js";

/** The address of a lesson's stop, of which an address may say no more than `lesson=tour:3`; null for any other. */
export function addressOf(text) {
  const [, name, number] = /^#?lesson=([\w-]+)(?::|%3A)?(\d*)$/i.exec(text) ?? [];
  const at = Number(number || 1) - 1;
  const stop = LESSONS.find((each) => each.name === name)?.stops[at];
  return stop ? placeOf(name, at) : null;
}

/** A stop's address, the lesson itself with it. */
export function placeOf(name, at) {
  return `${stopOf({ name, at }).stop.address}&lesson=${name}:${at + 1}`;
}

/** `{name, at}` of what Python says, "tour:3". */
export function parsedLesson(text) {
  if (!text) return null;
  const [name, number] = text.split(":");
  return { name, at: Number(number) - 1 };
}
