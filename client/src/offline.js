// The page without a server: it shows what was recorded at once, and starts an engine of its own, which stands in the
// same file, or in the folder that the page's program comes from.
import { mount } from "./mount.js";
import { recordedPort } from "./ports/recorded.js";
import { workerPort } from "./ports/worker.js";

/** @param {HTMLElement} element  where the page goes; other elements of the document hold what it opens with */
export async function offline(element) {
  const recorded = recordedPort(JSON.parse(part("replies") ?? "[]"));
  const state = part("state");
  const saved = state && Uint8Array.from(atob(state), (letter) => letter.charCodeAt(0)).buffer;
  const opened = saved && { state: true, arrays: [{ name: "state", dtype: "raw", shape: [saved.byteLength] }] };

  let heard = () => {};
  const port = {
    ...recorded,
    listen(callback) {
      heard = callback;
      recorded.listen(callback);
    },
  };
  const page = mount(element, port, { alone: true, open: opened ?? {}, buffers: saved ? [saved] : [] });

  await wholeDocument();
  const carried = part("worker");
  const engine = carried
    ? workerPort(`data:text/javascript;base64,${carried}`, files())
    : workerPort(new URL("engine.js", import.meta.url), new URL("engine/", import.meta.url));
  engine.listen((header) => {
    if (header.event !== "engine") return;
    heard(header);
    if (header.stage === header.of) recorded.attach(engine);
  });
  return page;
}

function part(name) {
  return document.querySelector(`script[data-chainrule-part="${name}"]`)?.textContent;
}

/** The engine's files by name, taken out of the document: their text is needed once. */
function files() {
  const found = {};
  for (const script of document.querySelectorAll("script[data-chainrule-file]")) {
    found[script.dataset.chainruleFile] = script.textContent;
    script.remove();
  }
  return found;
}

/** The engine stands at the file's end: the page is drawn before all of it has been read. */
function wholeDocument() {
  if (document.readyState !== "loading") return undefined;
  return new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
}
