// Pictures as files: an SVG that needs no style sheet, and a PNG of it.

const PROPERTIES = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
  "paint-order",
  "visibility",
  "display",
];

/** An SVG of the page as a file: the styles that it has here are written into it. */
export function drawnSvg(element) {
  const copy = element.cloneNode(true),
    from = [element, ...element.querySelectorAll("*")],
    to = [copy, ...copy.querySelectorAll("*")];
  from.forEach((each, i) => {
    const style = getComputedStyle(each);
    to[i].setAttribute(
      "style",
      PROPERTIES.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";"),
    );
  });
  copy.querySelectorAll("foreignObject, button").forEach((each) => each.remove());
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", element.clientWidth);
  copy.setAttribute("height", element.clientHeight);
  copy.style.background = getComputedStyle(element.closest(".chainrule-page")).backgroundColor;
  return new XMLSerializer().serializeToString(copy);
}

/** An SVG as a PNG, twice as fine. */
export async function pngOf(text, width, height) {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 2 * width, height: 2 * height });
  canvas.getContext("2d").drawImage(image, 0, 0, 2 * width, 2 * height);
  URL.revokeObjectURL(image.src);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
