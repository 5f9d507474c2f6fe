// Formulas: MathML that Python has written, as elements of the page.
//
// Only elements and attributes of formulas are let through: what a formula says may have come from a file.

const ELEMENTS = new Set(
  ("math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd " +
    "mphantom mpadded mstyle").split(" "),
);
const ATTRIBUTES = new Set(
  ("display displaystyle mathvariant stretchy form width columnalign data-q data-e fence separator accent " +
    "lspace rspace minsize maxsize linethickness scriptlevel").split(" "),
);
const kept = new Map();

/**
 * A formula's element, to be put into the page.
 * @param {string} mathml
 */
export function formula(mathml) {
  let first = kept.get(mathml);
  if (!first) {
    const template = document.createElement("template");
    template.innerHTML = mathml;
    clean(template.content);
    first = template.content.firstElementChild ?? document.createElement("span");
    if (kept.size > 500) kept.clear();
    kept.set(mathml, first);
  }
  return first.cloneNode(true);
}

function clean(parent) {
  for (const element of [...parent.children]) {
    if (!ELEMENTS.has(element.localName)) {
      element.replaceWith(document.createTextNode(element.textContent));
      continue;
    }
    for (const { name } of [...element.attributes]) {
      if (!ATTRIBUTES.has(name)) element.removeAttribute(name);
    }
    clean(element);
  }
}

/**
 * Mark a formula's terms, hide what is to be filled in, and name what can be asked.
 * @param {Element} math
 * @param {{current: string, inputs: string[], hidden: Set<string>, selected: string|null}} marks
 */
export function mark(math, { current, inputs = [], hidden, selected }) {
  const tone = { [inputs[1]]: "second", [inputs[0]]: "first", [current]: "current" };
  for (const term of math.querySelectorAll("[data-q]")) {
    const kind = tone[term.dataset.q];
    const within = term.parentElement?.closest(".term");
    if (kind && !within) term.classList.add("term", kind);
  }
  for (const number of math.querySelectorAll("[data-e]")) {
    const name = number.dataset.e;
    if (hidden?.has(name)) hide(number, name);
    else if (name === selected) number.classList.add("asked-number");
    number.setAttribute("tabindex", "-1");
  }
  return math;
}

/** A cell of a matrix stays one. */
function hide(number, name) {
  if (number.localName === "mtd") number.replaceChildren(box(name));
  else number.replaceWith(box(name));
}

function box(name) {
  const text = document.createElementNS("http://www.w3.org/1998/Math/MathML", "mtext");
  text.setAttribute("class", "hidden-number");
  text.dataset.e = name;
  text.textContent = "?";
  return text;
}
