// Answers from what was recorded, until an engine is there; what has no recorded answer waits for it.

const MOVES = ["open", "change", "advance", "seek", "edit"]; // what the engine must have done to be where we are

/**
 * @param {{request: object, header: object, buffers: string[]}[]} replies buffers in base64
 * @returns a port, with `attach(engine)`: another port, which takes over
 */
export function recordedPort(replies) {
  const known = new Map();
  for (const reply of replies) {
    known.set(key(reply.request), reply);
    known.set(key({ ...reply.request, want: undefined }), reply);
  }
  const moves = [];
  const held = [];
  const unheard = new Set();
  let engine = null;
  let callback = () => {};

  function send(header, buffers = []) {
    if (engine) {
      engine.send(header, buffers);
      return;
    }
    const { id, ...request } = header;
    const reply = known.get(key(request)) ?? known.get(key({ ...request, want: undefined }));
    const moving = held.some(([before]) => MOVES.includes(before.do)); // what was said after that is of another state
    if (!reply || moving) {
      held.push([header, buffers]);
      if (request.do !== "view") callback({ status: "starting" }); // a picture waits in silence, a person is told
      return;
    }
    if (MOVES.includes(request.do)) moves.push([header, buffers]);
    queueMicrotask(() => callback({ ...reply.header, id }, reply.buffers.map(bytes)));
  }

  /** Bring an engine to where the page is, then let it answer. */
  function attach(port) {
    engine = port;
    for (const [header] of moves) unheard.add(header.id);
    port.listen((header, buffers) => {
      if (!unheard.delete(header.id)) callback(header, buffers);
    });
    for (const [header, buffers] of [...moves, ...held.splice(0)]) port.send(header, buffers);
    callback({ status: "ready" });
  }

  return {
    send,
    attach,
    listen: (heard) => {
      callback = heard;
      callback({ status: "recorded" });
    },
    close: () => engine?.close(),
  };
}

/** A request as text: keys in order, so that equal requests have equal keys. */
function key(value) {
  return JSON.stringify(value, (_, part) =>
    part && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
}
