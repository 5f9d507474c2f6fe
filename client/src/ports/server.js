/**
 * The engine behind the local server: one WebSocket, one binary frame a message (docs/page.md).
 *
 * Besides answers it tells where the connection stands: `{status: "ready", resumed}`, whether the engine still knows
 * this page; and `{status: "closed", text}` with a sentence to show. A connection that is lost is tried again for a
 * while; what was asked and not answered is then answered by an error, so that nobody waits for ever.
 *
 * A page that is loaded anew within a minute finds its engine as it left it: its first `open`, if it names nothing or
 * the address that the page itself wrote last, is sent with `resume: true`.
 */

const PROTOCOL = "chainrule";
const TOKEN = "chainrule.token";
const SESSION = "chainrule.session";
const ADDRESS = "chainrule.address"; // what the page wrote behind its #
const PAUSES = [100, 300, 1000, 2000, 4000, 8000, 15000, 30000]; // milliseconds before each new try

const LOST = "The connection to chainrule play is lost. Is it still running? It is tried again …";
const GONE = "chainrule play has ended. Start it again in the terminal, and open the address that it prints.";
const NO_TOKEN = "This page has no token: open the address that chainrule play printed.";
const UNANSWERED = "The connection was lost before this was answered: ask again when it is back.";

/**
 * @param {{url?: string, token?: string, pauses?: number[], storage?: Storage, WebSocket?: typeof WebSocket}} options
 *   for what is not the page's own: its address, its token, what it remembers
 * @returns {{send: Function, listen: Function, close: Function}}
 */
export function serverPort({
  url = sessionAddress(globalThis.location),
  storage = tabStorage(),
  shared = browserStorage(),
  token = takeToken(globalThis.location, globalThis.history, storage, shared),
  pauses = PAUSES,
  WebSocket = globalThis.WebSocket,
} = {}) {
  const waiting = new Map(); // requests that have no answer yet: header and buffers, or null for those that were sent
  let listener = () => {};
  let socket = null;
  let ready = false;
  let ended = false;
  let resumed = false; // the engine knows this page
  let first = true; // nothing has been sent yet
  let most = Infinity;
  let tries = 0;
  let timer = 0;

  function connect() {
    const session = storage.getItem(SESSION);
    const protocols = [PROTOCOL, `token.${token}`, ...(session ? [`session.${session}`] : [])];
    socket = new WebSocket(url, protocols);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => (typeof data === "string" ? told(JSON.parse(data)) : answered(data));
    socket.onclose = socket.onerror = closed;
  }

  /** What the server says of the connection itself. */
  function told(header) {
    if (header.status !== "ready") {
      end(header.text);
      return;
    }
    ready = true;
    tries = 0;
    most = header.most;
    resumed = header.resumed;
    storage.setItem(SESSION, header.session);
    listener({ status: "ready", resumed }, []);
    for (const message of [...waiting.values()]) if (message) transmit(...message);
  }

  function answered(frame) {
    const [header, buffers] = unpack(frame);
    waiting.delete(header.id);
    listener(header, buffers);
  }

  function closed() {
    socket.onclose = socket.onerror = null; // a socket that fails may tell so twice, or once by either
    if (ended) return;
    const wasReady = ready;
    ready = false;
    for (const [id, message] of [...waiting]) if (message === null) refuse(id, UNANSWERED);
    if (tries >= pauses.length) {
      end(GONE);
      return;
    }
    if (wasReady || tries === 0) listener({ status: "closed", text: LOST }, []);
    timer = setTimeout(connect, pauses[tries]);
    tries += 1;
  }

  /** For good: every request gets its answer. */
  function end(text) {
    ended = true;
    clearTimeout(timer);
    listener({ status: "closed", text }, []);
    for (const id of [...waiting.keys()]) refuse(id, text);
    socket?.close();
  }

  function refuse(id, text) {
    waiting.delete(id);
    listener({ id, error: { text, field: null } }, []);
  }

  function transmit(header, buffers) {
    const opens = header.do === "open" && !header.settings && !header.state;
    const same = !header.address || header.address === storage.getItem(ADDRESS);
    const again = first && resumed && opens && same;
    first = false;
    const frame = pack(again ? { ...header, resume: true } : header, buffers);
    if (frame.length > most) {
      refuse(header.id, `That has ${megabytes(frame.length)}, and the page can send ${megabytes(most)} at once.`);
      return;
    }
    waiting.set(header.id, null);
    socket.send(frame);
  }

  return {
    send(header, buffers = []) {
      if (ended) {
        queueMicrotask(() => refuse(header.id, GONE));
        return;
      }
      if (ready) transmit(header, buffers);
      else waiting.set(header.id, [header, buffers]);
    },
    listen(callback) {
      listener = callback;
      if (socket || ended) return;
      if (token) connect();
      else queueMicrotask(() => end(NO_TOKEN));
    },
    close() {
      ended = true;
      clearTimeout(timer);
      waiting.clear();
      socket?.close();
    },
  };
}

/** What this tab remembers, as long as it is open; where the browser forbids that, as long as the page is. */
function tabStorage() {
  return kept(() => globalThis.sessionStorage);
}

/** What all tabs of this browser remember of this address: the token, so that a second tab opens, too. */
function browserStorage() {
  return kept(() => globalThis.localStorage);
}

function kept(find) {
  try {
    return find() ?? ofThisPage();
  } catch {
    return ofThisPage();
  }
}

function ofThisPage() {
  const values = new Map();
  return {
    getItem: (name) => values.get(name) ?? null,
    setItem: (name, value) => values.set(name, value),
    removeItem: (name) => values.delete(name),
  };
}

/** Where the session of a page is: at the page's own address. */
export function sessionAddress({ host }) {
  return `ws://${host}/session`;
}

/**
 * The token that the address brings after its #, kept for this tab and for others of the browser (each start has a new
 * one, so an old one opens nothing), and taken out of the address, so that it is in no link that is copied from there.
 */
export function takeToken(location, history, storage, shared = storage) {
  const parts = location.hash.replace(/^#/, "").split("&");
  const found = parts.find((part) => part.startsWith("token="));
  if (!found) return storage.getItem(TOKEN) ?? shared.getItem(TOKEN) ?? "";
  const token = found.slice("token=".length);
  if (token !== storage.getItem(TOKEN)) storage.removeItem(SESSION);
  storage.setItem(TOKEN, token);
  shared.setItem(TOKEN, token);
  const rest = parts.filter((part) => part !== found).join("&");
  history.replaceState(history.state, "", location.pathname + location.search + (rest ? `#${rest}` : ""));
  return token;
}

/**
 * A message as a frame.
 * @param {object} header
 * @param {(ArrayBuffer|ArrayBufferView)[]} buffers what `header.arrays` names
 * @returns {Uint8Array}
 */
export function pack(header, buffers = []) {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const pieces = buffers.map(bytesOf);
  const start = aligned(4 + text.length);
  const frame = new Uint8Array(pieces.reduce((size, piece) => size + aligned(piece.length), start));
  new DataView(frame.buffer).setUint32(0, text.length, true);
  frame.set(text, 4);
  let at = start;
  for (const piece of pieces) {
    frame.set(piece, at);
    at += aligned(piece.length);
  }
  return frame;
}

/**
 * The message in a frame; its buffers are views into it, each from a multiple of 8 bytes.
 * @param {ArrayBuffer} frame
 * @returns {[object, Uint8Array[]]}
 */
export function unpack(frame) {
  const length = new DataView(frame).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(frame, 4, length)));
  let at = aligned(4 + length);
  const buffers = (header.arrays ?? []).map(({ dtype, shape }) => {
    const size = BYTES[dtype] * shape.reduce((product, count) => product * count, 1);
    const buffer = new Uint8Array(frame, at, size);
    at += aligned(size);
    return buffer;
  });
  return [header, buffers];
}

const BYTES = { f8: 8, f4: 4, i4: 4, u1: 1, raw: 1 };

function aligned(size) {
  return Math.ceil(size / 8) * 8;
}

function bytesOf(buffer) {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function megabytes(bytes) {
  return `${(bytes / 2 ** 20).toLocaleString("en", { maximumFractionDigits: 1 })} MB`;
}
