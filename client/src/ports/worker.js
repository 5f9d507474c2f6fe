// The engine in a web worker: Python by Pyodide, where there is no server.
//
// Besides the answers that it was asked for it sends `{event: "engine", status, stage, of, title}` while it starts:
// `stage` parts of `of` are there, `title` is the next one; `status` is "starting", or "ready" with the last. Where it
// can't start, there comes `{event: "engine", status: "closed", text}`, and no answer.

/**
 * @param {string | URL} script  the bundled engine; a `data:` URL where the page itself is a file
 * @param {string | URL | Record<string, string>} files  the folder that its files are fetched from, or the files
 *   themselves: each one's packed bytes in base64, by its name
 * @returns a port; `listen` may be called more than once
 */
export function workerPort(script, files) {
  const listeners = new Set();
  const tell = (header, buffers) => listeners.forEach((listener) => listener(header, buffers));

  const worker = new Worker(script, { type: "module", name: "chainrule" });
  worker.onmessage = ({ data }) => tell(data.header, data.buffers);
  worker.onerror = (event) => {
    event.preventDefault?.();
    const text = `The engine could not be started: ${event.message || "the browser refused its worker"}.`;
    tell({ event: "engine", status: "closed", text }, []);
  };
  worker.postMessage({ start: files instanceof URL ? files.href : files });

  return {
    send(header, buffers = []) {
      worker.postMessage({ header, buffers }, buffers);
    },
    listen(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    close() {
      listeners.clear();
      worker.terminate();
    },
  };
}
