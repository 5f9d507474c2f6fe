// The port to the local server: frames, the token, and what happens when the connection is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pack, serverPort, takeToken, unpack } from "../src/ports/server.js";

class Storage {
  kept = new Map();
  getItem = (name) => this.kept.get(name) ?? null;
  setItem = (name, value) => void this.kept.set(name, value);
  removeItem = (name) => void this.kept.delete(name);
}

/** A socket whose other end the test holds. */
function sockets() {
  const opened = [];
  return class {
    static opened = opened;
    sent = [];
    constructor(url, protocols) {
      Object.assign(this, { url, protocols });
      opened.push(this);
    }
    send(frame) {
      this.sent.push(unpack(frame.buffer)[0]);
    }
    close() {}
    ready(session = "s1", resumed = false, most = 1000) {
      this.onmessage({ data: JSON.stringify({ status: "ready", session, resumed, most }) });
    }
    answer(header, buffers) {
      this.onmessage({ data: pack(header, buffers).buffer });
    }
  };
}

function opened(options = {}) {
  const WebSocket = sockets();
  const heard = [];
  const storage = new Storage();
  const port = serverPort({ url: "ws://x/session", token: "t", storage, pauses: [1, 1], WebSocket, ...options });
  port.listen((header, buffers) => heard.push([header, buffers]));
  return { port, heard, storage, socket: () => WebSocket.opened.at(-1), opened: WebSocket.opened };
}

const turn = (milliseconds = 0) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(true_) {
  for (let i = 0; i < 1000 && !true_(); i++) await turn(1);
  assert.ok(true_());
}

test("a frame gives back what went in", () => {
  for (const say of ["", "x", "∂L/∂W1 😀"]) {
    const header = { id: 1, say, arrays: [{ name: "a", dtype: "f4", shape: [3] }, { name: "b", dtype: "raw", shape: [5] }] };
    const frame = pack(header, [new Float32Array([1, 2, 3]), new Uint8Array([1, 2, 3, 4, 5]).buffer]);
    assert.equal(frame.length % 8, 0);
    const [got, buffers] = unpack(frame.buffer);
    assert.deepEqual(got, header);
    assert.deepEqual(new Float32Array(buffers[0].buffer, buffers[0].byteOffset, 3), new Float32Array([1, 2, 3]));
    assert.deepEqual([...buffers[1]], [1, 2, 3, 4, 5]);
  }
});

test("requests wait for the connection, and answers come with their arrays", () => {
  const { port, heard, socket } = opened();
  port.send({ id: 1, do: "open" });
  port.send({ id: 2, do: "lines" });
  assert.deepEqual(socket().protocols, ["chainrule", "token.t"]);
  socket().ready();
  assert.deepEqual(socket().sent, [{ id: 1, do: "open" }, { id: 2, do: "lines" }]);
  socket().answer({ id: 1, arrays: [{ name: "x", dtype: "u1", shape: [2] }] }, [new Uint8Array([7, 8])]);
  assert.deepEqual(heard.map(([header]) => header.id ?? header.status), ["ready", 1]);
  assert.deepEqual([...heard[1][1][0]], [7, 8]);
});

test("a page that is loaded anew asks for what it had", () => {
  const { port, socket, storage } = opened();
  storage.setItem("chainrule.session", "s7");
  socket().onclose({});
  port.send({ id: 1, do: "open", want: {} });
  port.send({ id: 2, do: "open" });
  socket().ready("s7", true);
  assert.deepEqual(socket().sent, [{ id: 1, do: "open", want: {}, resume: true }, { id: 2, do: "open" }]);
  port.close();
});

test("what is too large is not sent", () => {
  const { port, heard, socket } = opened();
  socket().ready("s", false, 2 * 2 ** 20);
  port.send({ id: 1, do: "change" }, [new Uint8Array(3 * 2 ** 20)]);
  assert.deepEqual(socket().sent, []);
  assert.deepEqual(heard.at(-1)[0], {
    id: 1, error: { text: "That has 3 MB, and the page can send 2 MB at once.", field: null },
  });
});

test("a lost connection is tried again, with the session that it had", async () => {
  const { port, heard, socket, opened: all } = opened();
  socket().ready("s1");
  port.send({ id: 1, do: "advance" });
  socket().onclose({});
  assert.deepEqual(heard.slice(1).map(([header]) => header), [
    { id: 1, error: { text: "The connection was lost before this was answered: ask again when it is back.", field: null } },
    { status: "closed", text: "The connection to chainrule play is lost. Is it still running? It is tried again …" },
  ]);
  port.send({ id: 2, do: "view" });
  await until(() => all.length === 2);
  assert.deepEqual(socket().protocols, ["chainrule", "token.t", "session.s1"]);
  socket().ready("s1", true);
  assert.deepEqual(socket().sent, [{ id: 2, do: "view" }]);
  assert.deepEqual(heard.at(-1)[0], { status: "ready", resumed: true });
});

test("in the end it is given up, and every request is answered", async () => {
  const { port, heard, socket, opened: all } = opened();
  port.send({ id: 1, do: "open" });
  for (let tries = 1; tries <= 2; tries++) {
    socket().onclose({});
    await until(() => all.length === tries + 1);
  }
  socket().onclose({});
  const text = "chainrule play has ended. Start it again in the terminal, and open the address that it prints.";
  assert.deepEqual(heard.slice(-2).map(([header]) => header), [
    { status: "closed", text },
    { id: 1, error: { text, field: null } },
  ]);
  port.send({ id: 2, do: "view" });
  await turn();
  assert.deepEqual(heard.at(-1)[0], { id: 2, error: { text, field: null } });
  await turn(20);
  assert.equal(all.length, 3);
});

test("what the server refuses is not tried again", async () => {
  const { heard, socket, opened: all } = opened();
  socket().onmessage({ data: JSON.stringify({ status: "closed", text: "16 pages are open" }) });
  socket().onclose({ code: 4429 });
  await turn(20);
  assert.equal(all.length, 1);
  assert.deepEqual(heard.map(([header]) => header), [{ status: "closed", text: "16 pages are open" }]);
});

test("without a token nothing is connected", async () => {
  const { port, heard, opened: all } = opened({ token: "" });
  port.send({ id: 1, do: "open" });
  await turn();
  const text = "This page has no token: open the address that chainrule play printed.";
  assert.deepEqual(heard.map(([header]) => header), [{ status: "closed", text }, { id: 1, error: { text, field: null } }]);
  assert.equal(all.length, 0);
});

test("the token leaves the address, and the rest of it stays", () => {
  const storage = new Storage();
  let shown = "";
  const history = { state: null, replaceState: (state, title, address) => (shown = address) };
  const at = (hash) => takeToken({ hash, pathname: "/", search: "" }, history, storage);
  storage.setItem("chainrule.session", "old");
  assert.equal(at("#data=moons&token=abc&hide=W1"), "abc");
  assert.equal(shown, "/#data=moons&hide=W1");
  assert.equal(storage.getItem("chainrule.session"), null);
  storage.setItem("chainrule.session", "mine");
  assert.equal(at("#data=moons"), "abc");
  assert.equal(at("#token=abc"), "abc");
  assert.equal(shown, "/");
  assert.equal(storage.getItem("chainrule.session"), "mine");
});
