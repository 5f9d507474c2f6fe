// Scales, their ticks, and how numbers are written beside them.

export const linear =
  ([a, b], [c, d]) =>
  (value) =>
    c + ((value - a) / (b - a || 1)) * (d - c);

/** A number as the page writes it: so many decimals, a true minus sign, no negative zero. */
export function number(value, decimals = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const text =
    size >= 1e5 || (size > 0 && size < 0.5 * 10 ** -decimals && decimals > 2)
      ? value.toExponential(1)
      : value.toFixed(decimals);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace(/-/g, "−");
}

/** Whole numbers with their thousands apart. */
export const whole = (value) => Math.round(value).toLocaleString("en-US").replace("-", "−");

/** Round values between a and b, about `count` of them: steps of 1, 2 or 5 times a power of ten. */
export function ticks(a, b, count) {
  const span = b - a;
  if (!(span > 0) || !Number.isFinite(span)) return [a];
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step = [1, 2, 5, 10].map((times) => times * power).find((each) => span / each <= count);
  const values = [];
  for (let k = Math.ceil(a / step - 1e-9); k * step <= b + 1e-9 * span; k += 1)
    values.push(Number((k * step).toPrecision(12)));
  return values;
}

/** Powers of ten between a and b, or round values where no two of them fit. */
export function logTicks(a, b) {
  const powers = [];
  for (let k = Math.ceil(Math.log10(a) - 1e-9); 10 ** k <= b * (1 + 1e-9); k += 1)
    powers.push(Number(`1e${k}`));
  return powers.length > 1 ? powers : ticks(a, b, 4).filter((value) => value > 0);
}

/** A tick as short as it can be. */
export function tickText(value) {
  const size = Math.abs(value);
  const text = size >= 1e5 || (size > 0 && size < 1e-3) ? value.toExponential() : String(value);
  return text.replace("e+", "e").replace(/-/g, "−");
}

/**
 * The left and the lower axis of a plot, ticks outward.
 * `box` is {x, y, width, height}; `x` and `y` are {at: scale, ticks}.
 */
export function drawAxes(pen, box, x, y, colours, size = 12 * colours.em) {
  const below = box.y + box.height;
  pen.strokeStyle = colours.line;
  pen.fillStyle = colours.ink;
  pen.font = `${size}px ${colours.sans}`;
  pen.lineWidth = 1;
  pen.setLineDash([]);
  pen.beginPath();
  for (const value of x.ticks) {
    pen.moveTo(x.at(value), below);
    pen.lineTo(x.at(value), below + 5);
  }
  for (const value of y.ticks) {
    pen.moveTo(box.x - 5, y.at(value));
    pen.lineTo(box.x, y.at(value));
  }
  pen.stroke();
  pen.textAlign = "center";
  pen.textBaseline = "alphabetic";
  for (const value of x.ticks) pen.fillText(tickText(value), x.at(value), below + 6 + size);
  pen.textAlign = "right";
  for (const value of y.ticks) pen.fillText(tickText(value), box.x - 8, y.at(value) + 0.35 * size);
}
