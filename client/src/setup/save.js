// What can be kept: the state, the network, the pages about it, and every picture.
import { html } from "lit-html";
import { open } from "../actions.js";
import { forgetChosen } from "../train/local.js";
import { svgOf } from "../train/part.js";
import { drawnSvg, pngOf } from "./picture_files.js";

const FILES = [
  ["state", "Everything as it stands", "to open here again"],
  ["safetensors", "The network", "safetensors"],
  ["numpy", "The training as a script", "NumPy alone"],
  ["walkthrough", "The walk-through of this step", "HTML"],
  ["csv", "The curves", "CSV"],
];

export function saveMenu(store) {
  return html`<ul class="saves">
      ${FILES.map(([kind, title, note]) => html`<li><button class="link" @click=${() => keep(store, kind)}>${title}</button> <span class="soft">${note}</span></li>`)}
    </ul>
    <h2>Pictures</h2>
    <ul class="saves">
      ${picturesOf(store).map(
        ([title, element]) =>
          html`<li>
            <span>${title}</span>
            <button class="link" aria-label=${`${title} as SVG`} @click=${() => keepSvg(title, element)}>
              SVG
            </button>
            <button class="link" aria-label=${`${title} as PNG`} @click=${() => keepPng(title, element)}>
              PNG
            </button>
          </li>`,
      )}
    </ul>
    <div class="field">
      <label for="open-state">Open a saved state</label
      ><input
        type="file"
        id="open-state"
        @change=${(event) => event.target.files[0] && openState(store, event.target.files[0])}
      />
    </div>`;
}

/** A file that the engine writes. */
export async function keep(store, kind) {
  const answer = await store.request("export", { kind });
  if (!answer) return;
  const { name, type } = answer.header.file;
  download(new Blob([Object.values(answer.arrays)[0].data], { type }), name);
}

/** Open what `keep` has saved. */
export async function openState(store, file) {
  const bytes = await file.arrayBuffer();
  const answer = await open(
    store,
    { state: file.name, arrays: [{ name: "state", dtype: "raw", shape: [bytes.byteLength] }] },
    [bytes],
  );
  if (answer) forgetChosen(store);
  return answer;
}

/** The pictures that are on the page now: [title, canvas or svg]. */
function picturesOf(store) {
  const found = [...document.querySelectorAll(".chainrule-page [data-picture]")]
    .filter((each) => each.clientWidth > 0)
    .map((each) => [each.dataset.picture, each]);
  const graph = store.mode.value === "step" ? document.querySelector(".chainrule-page .picture svg") : null;
  return graph ? [["network", graph], ...found.filter(([title]) => title !== "network")] : found;
}

const isCanvas = (element) => element instanceof HTMLCanvasElement;
const textOf = (element) => (isCanvas(element) ? svgOf(element) : drawnSvg(element));
const fileName = (title, end) => `${title.replace(/[^\w]+/g, "-")}.${end}`;

function keepSvg(title, element) {
  download(new Blob([textOf(element)], { type: "image/svg+xml" }), fileName(title, "svg"));
}

async function keepPng(title, element) {
  download(await pngOf(textOf(element), element.clientWidth, element.clientHeight), fileName(title, "png"));
}

function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
