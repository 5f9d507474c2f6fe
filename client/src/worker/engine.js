// A module worker that runs chainrule: starts Python, NumPy and a session, then answers one message after the other.

import { opener } from "./files.js";

const STAGES = ["Python", "NumPy", "chainrule", "the network"];

/** Pyodide fetches what it needs from here; no such place exists, so that nothing can ever leave by it. */
const INSIDE = "https://engine.invalid/";

const SESSION = `
import json
from pyodide.ffi import to_js
from chainrule.page.session import Session

def answering(session):
    def answer(header, buffers):
        said, arrays = session.handle(json.loads(header), [buffer.to_bytes() for buffer in buffers])
        return to_js([json.dumps(said, allow_nan=False), *map(bytes, arrays)])
    return answer

answering(Session())
`;

function told(stage) {
  const of = STAGES.length;
  const header = { event: "engine", status: stage < of ? "starting" : "ready", stage, of, title: STAGES[stage] ?? "" };
  postMessage({ header, buffers: [] });
}

/** A module, imported from its text: a worker of a page that is a file may import nothing else. */
async function imported(response) {
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    response.blob().then((blob) => reader.readAsDataURL(blob.slice(0, blob.size, "text/javascript")), reject);
  });
  return import(url);
}

/** Python itself; `open` gives the files that it asks for. */
async function python(open) {
  const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all(
    ["pyodide.mjs", "pyodide.asm.mjs"].map(async (name) => imported(await open(name))),
  );
  const fetched = globalThis.fetch;
  globalThis.fetch = (url, options) => {
    const address = String(url);
    return address.startsWith(INSIDE) ? open(address.slice(INSIDE.length)) : fetched(url, options);
  };
  try {
    return await loadPyodide({
      createPyodideModule,
      indexURL: INSIDE,
      packageBaseUrl: INSIDE,
      lockFileContents: await (await open("pyodide-lock.json")).text(),
      checkIntegrity: false,
    });
  } finally {
    globalThis.fetch = fetched;
  }
}

async function start(files) {
  const open = opener(files);
  told(0);
  const pyodide = await python(open);
  const installed = async (name) => {
    const archive = await (await open(name)).arrayBuffer();
    pyodide.unpackArchive(archive, "tar", { extractDir: pyodide.runPython("import site; site.getsitepackages()[0]") });
  };
  told(1);
  await installed("numpy.tar");
  pyodide.runPython("import numpy");
  told(2);
  await installed("chainrule.tar");
  pyodide.runPython("import chainrule");
  told(3);
  const answer = pyodide.runPython(SESSION);
  told(4);
  return answer;
}

/** One message's answer, its buffers handed over rather than copied. */
function reply(answer, { header, buffers }) {
  try {
    const [said, ...arrays] = answer(JSON.stringify(header), buffers);
    const handed = arrays.map((array) => array.buffer);
    postMessage({ header: JSON.parse(said), buffers: handed }, handed);
  } catch (error) {
    const text = `The engine failed: ${String(error.message ?? error).trim().split("\n").at(-1)}`;
    postMessage({ header: { id: header.id ?? null, error: { text, field: null } }, buffers: [] });
  }
}

let answering = null;

onmessage = async ({ data }) => {
  if (data.start !== undefined) {
    answering = start(data.start);
    answering.catch((error) => {
      const text = `The engine could not be started: ${error.message ?? error}`;
      postMessage({ header: { event: "engine", status: "closed", text }, buffers: [] });
    });
    return;
  }
  const answer = await answering.catch(() => null);
  if (answer) reply(answer, data);
};
