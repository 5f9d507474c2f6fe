// Speaks with a real server by the page's own port, and prints what it hears, a line each: node live.mjs ADDRESS
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";

const port = await import(pathToFileURL(resolve(import.meta.dirname, "../../client/src/ports/server.js")));
const address = new URL(process.argv[2]);
const kept = new Map();
const storage = {
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => kept.set(name, value),
  removeItem: (name) => kept.delete(name),
};
const page = port.serverPort({
  url: port.sessionAddress(address),
  token: process.argv[3] ?? address.hash.slice("#token=".length),
  storage,
  pauses: [20],
});
const say = (what) => console.log(JSON.stringify(what));

page.listen((header, buffers) => {
  say({ ...header, buffers: buffers.map((buffer) => buffer.length) });
  if (header.id === 2) {
    page.close();
  }
});
const pixels = new Float32Array([1, 2, 3]);
page.send({ id: 1, do: "echo", arrays: [{ name: "pixels", dtype: "f4", shape: [3] }] }, [pixels]);
page.send({ id: 2, do: "large", bytes: 1_000_001 });
