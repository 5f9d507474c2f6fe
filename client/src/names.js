// Names of quantities and of their entries.

const GREEK = { eta: "η", beta: "β", gamma: "γ", epsilon: "ε", rho: "ρ", lambda: "λ", mu: "μ" };

/** `entry("dz1", 0, 1)` is "dz1[0, 1]". */
export function entry(name, ...index) {
  return index.length ? `${name}[${index.join(", ")}]` : name;
}

/** `{name: "dz1", index: [0, 1]}` of "dz1[0, 1]". */
export function parsed(text) {
  const match = /^([^[]+)(?:\[([\d, ]*)\])?$/.exec(text);
  return { name: match[1], index: match[2] ? match[2].split(",").map(Number) : [] };
}

/** The quantity that an entry is one of. */
export function quantity(text) {
  return text.split("[")[0];
}

/** A quantity's name as Python's text shows it, for the commonest names. */
export function display(name) {
  const greek = /^([a-z]+)(\d*)$/.exec(name);
  if (greek && GREEK[greek[1]]) return GREEK[greek[1]] + greek[2];
  return name.replace(/^log_/, "log ");
}
