// The menus of the header.
import { html, nothing } from "lit-html";
import { dataMenu } from "../setup/data.js";
import { drop } from "../setup/drop.js";
import { menu } from "../setup/menu.js";
import { networkMenu } from "../setup/network.js";
import { saveMenu } from "../setup/save.js";
import { trainingMenu } from "../setup/training.js";
import { shown } from "../numbers.js";
import { part } from "./part.js";
import { whole } from "./scale.js";

/** What is set: data, network and training. */
export function settings(store) {
  const { value: world } = store.world,
    { value: view } = store.view;
  if (!world || !view) return nothing;
  const { data } = world;
  const counted =
    data.train + data.held > 1
      ? `${data.title}, ${whole(data.train)}${data.held ? ` + ${whole(data.held)}` : ""}`
      : data.title;
  const face = (name, title, whole = title) =>
    html`<span class="soft">${name}</span> <span class="is" title=${whole}>${title}</span>`;
  return html`${menu(store, "Data", face("Data", data.title, counted), () => dataMenu(store))}
    ${menu(store, "Network", face("Network", world.title), () => networkMenu(store))}
    ${menu(store, "Training", face("Training", trainingOf(world, view)), () => trainingMenu(store))}
    <span hidden ${part(drop, store)}></span>`;
}

/** The optimizer, with the rate as it stands now: it may have been changed on the way. */
function trainingOf({ training }, { numbers }) {
  const rate = numbers?.learning_rate ?? numbers?.["schedule.learning_rate"];
  return rate === undefined ? training : training.replace(/η = .*$/, () => `η = ${shown(rate)}`);
}

/** What can be kept. */
export function acts(store) {
  return store.world.value && store.view.value
    ? menu(store, "Save", "Save", () => saveMenu(store), "right")
    : nothing;
}
