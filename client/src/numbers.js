// Numbers as Python's `chainrule.notation.numeral` prints them, and as the page shows them.

export const MINUS = "\u2212";

/**
 * A number for reading: so many decimals, without trailing zeros; very small or large ones by digits.
 * @param {number} x
 * @param {number} decimals
 * @param {boolean} single whether it is a float32: then it is read as that is written, 25.3 and not 25.299999
 */
export function numeral(x, decimals = 6, single = false) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  if (single) x = written(x);
  if (Math.abs(x) >= 1e9) return general(x, decimals);
  if (x !== 0 && Math.abs(x) < 1e-3) {
    const short = general(x, decimals);
    if (Number(fixed(Number(short), decimals)) !== Number(short)) return short;
  }
  const text = trimmed(fixed(x, decimals));
  return text === "-0" ? "0" : text;
}

/** A number as it stands on the page: with a real minus sign. */
export function shown(x, decimals = 6, single = false) {
  return (typeof x === "string" ? x : numeral(x, decimals, single)).replaceAll("-", MINUS);
}

/** Written numbers and formulas with real minus signs in place of hyphens, and room around the sign of a product. */
export function signed(text) {
  return text.replace(/(?<![\p{L}])-(?=[\d\p{L}(Σ ])/gu, MINUS).replace(/(?<=\S)×(?=\S)/g, " × ");
}

/** A number that someone typed: a real minus sign and a decimal comma are understood; NaN if it is none. */
export function typed(text) {
  const plain = text.trim().replaceAll(MINUS, "-").replace(",", ".");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
}

/** `toFixed`, where ties go to the even digit, as in Python. */
function fixed(x, decimals) {
  const text = x.toFixed(decimals);
  if (!/^0*$/.test(x.toFixed(100).split(".")[1].slice(decimals + 1))) return text;
  return evened(x, text, Math.abs(x).toFixed(decimals + 1));
}

/** Python's %g. */
function general(x, digits) {
  const rounded = scientific(x, digits - 1);
  const exponent = Number(rounded.split("e")[1]);
  if (exponent >= -4 && exponent < digits) return trimmed(fixed(Number(rounded), digits - 1 - exponent));
  const sign = exponent < 0 ? "-" : "+";
  return `${trimmed(rounded.split("e")[0])}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** `toExponential`, where ties go to the even digit. */
function scientific(x, decimals) {
  const text = x.toExponential(decimals);
  const [digits, exponent] = x.toExponential(100).split("e");
  if (!/^0*$/.test(digits.split(".")[1].slice(decimals + 1))) return text;
  const next = Math.abs(x).toExponential(decimals + 1).split("e")[0];
  return `${evened(x, text.split("e")[0], next)}e${exponent}`;
}

/** The written digits, or where the next digit alone is a 5, what ends in an even digit. */
function evened(x, text, next) {
  if (!next.endsWith("5")) return text;
  const down = next.slice(0, -1).replace(/\.$/, "");
  const even = Number(down.at(-1)) % 2 === 0;
  return even ? (x < 0 ? "-" : "") + down : text;
}

function trimmed(text) {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** The shortest decimal number that a float32 is nearest to. */
function written(x) {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(scientific(x, digits - 1));
    if (Math.fround(short) === x) return short;
  }
  return Number(scientific(x, 8));
}
