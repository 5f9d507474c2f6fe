// Which weights lie on the path of the question.
import { parsed } from "../names.js";

/** The entries that a derivation reads at once, and those that these read, as far as it is told. */
export function onPath(told) {
  const path = new Set();
  const back = goesBack(told);
  const visit = (node) => {
    path.add(node.entry);
    if (/^d[A-Z]/.test(node.entry)) path.add(node.entry.slice(1)); // a weight's gradient is drawn at its weight
    if (back && !isGradient(node.entry)) return; // what came forward is another question
    for (const part of node.parts ?? []) visit(part);
  };
  if (told) visit(told);
  return path;
}

/** Whether the question is about a gradient: then the path is followed from the output back. */
export function goesBack(told) {
  return Boolean(told) && isGradient(told.entry);
}

function isGradient(entry) {
  return parsed(entry).name.startsWith("d");
}
