// Two pens that draw the same picture: a canvas for the screen, and `SvgPen` for a file. A drawing function takes
// either, and uses no more of the canvas interface than `SvgPen` has.

/** Fit a canvas to its box on the page and give its context, in CSS pixels, wiped. */
export function canvasPen(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth,
    height = canvas.clientHeight;
  const across = Math.round(width * ratio),
    down = Math.round(height * ratio);
  if (canvas.width !== across || canvas.height !== down)
    Object.assign(canvas, { width: across, height: down });
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const short = (value) => String(Math.round(value * 100) / 100);

/** A canvas context that writes SVG. `toString` gives the file. */
export class SvgPen {
  fillStyle = "#000";
  strokeStyle = "#000";
  lineWidth = 1;
  globalAlpha = 1;
  font = "12px sans-serif";
  textAlign = "start";
  textBaseline = "alphabetic";

  constructor(width, height) {
    Object.assign(this, { width, height, parts: [], path: "", dash: [], kept: [], clips: 0, open: 0 });
  }

  beginPath() {
    this.path = "";
  }
  moveTo(x, y) {
    this.path += `M${short(x)} ${short(y)}`;
  }
  lineTo(x, y) {
    this.path += `L${short(x)} ${short(y)}`;
  }
  bezierCurveTo(...at) {
    this.path += `C${at.map(short).join(" ")}`;
  }
  closePath() {
    this.path += "Z";
  }
  rect(x, y, width, height) {
    this.path += `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`;
  }
  arc(x, y, r) {
    this.path +=
      `M${short(x - r)} ${short(y)}a${short(r)} ${short(r)} 0 1 0 ${short(2 * r)} 0` +
      `a${short(r)} ${short(r)} 0 1 0 ${short(-2 * r)} 0`;
  }
  setLineDash(dash) {
    this.dash = dash;
  }
  fillRect(...box) {
    this.beginPath();
    this.rect(...box);
    this.fill();
  }
  strokeRect(...box) {
    this.beginPath();
    this.rect(...box);
    this.stroke();
  }

  fill(rule = "nonzero") {
    this.#write(`fill="${escaped(this.fillStyle)}" fill-rule="${rule}"`);
  }
  stroke() {
    const dash = this.dash.length ? ` stroke-dasharray="${this.dash.join(" ")}"` : "";
    this.#write(`fill="none" stroke="${escaped(this.strokeStyle)}" stroke-width="${this.lineWidth}"${dash}`);
  }
  #write(style) {
    const alpha = this.globalAlpha < 1 ? ` opacity="${this.globalAlpha}"` : "";
    this.parts.push(`<path d="${this.path}" ${style}${alpha}/>`);
  }

  fillText(text, x, y) {
    const anchor = { center: "middle", right: "end", end: "end" }[this.textAlign] ?? "start";
    const line = { middle: "central", top: "hanging" }[this.textBaseline] ?? "auto";
    this.parts.push(
      `<text x="${short(x)}" y="${short(y)}" style="font:${escaped(this.font)}" text-anchor="${anchor}"` +
        ` dominant-baseline="${line}" fill="${escaped(this.fillStyle)}">${escaped(text)}</text>`,
    );
  }

  /** What is drawn until `restore` shows inside the path alone. */
  clip(rule = "nonzero") {
    const id = `clip${(this.clips += 1)}`;
    this.parts.push(
      `<clipPath id="${id}"><path d="${this.path}" clip-rule="${rule}"/></clipPath><g clip-path="url(#${id})">`,
    );
    this.open += 1;
  }
  save() {
    const { fillStyle, strokeStyle, lineWidth, globalAlpha, font, textAlign, textBaseline, dash, open } =
      this;
    this.kept.push({
      fillStyle,
      strokeStyle,
      lineWidth,
      globalAlpha,
      font,
      textAlign,
      textBaseline,
      dash,
      open,
    });
  }
  restore() {
    const kept = this.kept.pop();
    this.parts.push("</g>".repeat(this.open - kept.open));
    Object.assign(this, kept);
  }

  toString() {
    const { width, height } = this;
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">` +
      `${this.parts.join("")}</svg>`
    );
  }
}
