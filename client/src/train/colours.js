// The inks of the page, read from its style sheet, so that light and dark are decided in one place.

const NAMES = ["paper", "ink", "soft", "rule", "line", "hover", "mark", "pos", "neg", "focus"];
const read = (style, name) => style.getPropertyValue(`--${name}`).trim();
const row = (style, name, count) => Array.from({ length: count }, (_, i) => read(style, name + i));

/**
 * All inks by name; `s` are the bands of a surface, `t` those of a unit's map, `classes` and `regions`
 * the hues of the classes; and `em`, how much larger than 16 px the page's type is.
 */
export function readColours(element) {
  const style = getComputedStyle(element);
  const colours = Object.fromEntries(NAMES.map((name) => [name, read(style, name)]));
  return {
    ...colours,
    s: row(style, "s", 8),
    t: row(style, "t", 5),
    classes: row(style, "class", 6),
    regions: row(style, "region", 6),
    em: parseFloat(style.fontSize) / 16 || 1,
    sans: read(style, "sans") || "sans-serif",
  };
}

/** The hue of a class, for what is drawn in it and for its region; beyond six the shape tells them apart. */
export const hue = (colours, index) => colours.classes[index % colours.classes.length];
export const regionHue = (colours, index) => colours.regions[index % colours.regions.length];

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** `share` of one colour on the other, both as #rrggbb. */
export function mix(colour, paper, share) {
  const under = channels(paper);
  const mixed = channels(colour).map((value, i) => Math.round(value * share + under[i] * (1 - share)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** Call `changed` when the page around `element` turns light or dark. Returns what ends it. */
export function onTheme(element, changed) {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const root = new MutationObserver(changed);
  dark.addEventListener("change", changed);
  root.observe(element.closest(".chainrule-page") ?? document.body, {
    attributes: true,
    attributeFilter: ["data-theme"],
  });
  return () => {
    dark.removeEventListener("change", changed);
    root.disconnect();
  };
}
