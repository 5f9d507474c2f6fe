// The port of a notebook: messages go by anywidget's model to the kernel.
import { mount } from "../mount.js";

/** @returns a port over the model of a widget */
export function widgetPort(model) {
  let heard = () => {};
  const receive = (header, buffers) => heard(header, (buffers ?? []).map(wholeBuffer));
  model.on("msg:custom", receive);
  return {
    send: (header, buffers = []) => model.send(header, undefined, buffers),
    listen: (callback) => {
      heard = callback;
    },
    close: () => model.off("msg:custom", receive),
  };
}

/** Kernels send views into larger memory; arrays begin at the start of theirs. */
function wholeBuffer(view) {
  return view instanceof ArrayBuffer ? view : view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
}

/** What anywidget calls to show a page in a cell; what it returns ends the page. */
export function render({ model, el }) {
  const page = mount(el, widgetPort(model));
  return () => page.close();
}
