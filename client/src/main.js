// The page, and the ports by which it speaks to an engine.
import { mount } from "./mount.js";
import { offline } from "./offline.js";
import { recordedPort } from "./ports/recorded.js";
import { serverPort } from "./ports/server.js";
import { render } from "./ports/widget.js";
import { workerPort } from "./ports/worker.js";

export { mount, recordedPort, serverPort, workerPort };
export default { render }; // for anywidget

const served = document.querySelector('[data-chainrule="server"]');
if (served) mount(served, serverPort(), { alone: true });

const alone = document.querySelector('[data-chainrule="offline"]');
if (alone) offline(alone);
