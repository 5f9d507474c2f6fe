// A table may be dropped anywhere on the page.
import { turn, menusOf } from "./menu.js";
import { takeFile } from "./data.js";
import { openState } from "./save.js";

/** Listen on the page around `element`. */
export function drop(element, store) {
  const page = element.closest(".chainrule-page");
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const listeners = {
    dragenter(event) {
      if (!carries(event)) return;
      depth += 1;
      page.dataset.drop = "yes";
    },
    dragleave() {
      depth = Math.max(0, depth - 1);
      if (!depth) delete page.dataset.drop;
    },
    dragover: (event) => carries(event) && event.preventDefault(),
    drop(event) {
      if (!carries(event)) return;
      event.preventDefault();
      depth = 0;
      delete page.dataset.drop;
      const file = event.dataTransfer.files[0];
      turn(menusOf(store), null);
      if (!file) return;
      if (/\.(csv|tsv|txt)$/i.test(file.name)) takeFile(store, file);
      else openState(store, file);
    },
  };
  for (const [name, listener] of Object.entries(listeners)) page.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of Object.entries(listeners)) page.removeEventListener(name, listener);
  };
}
