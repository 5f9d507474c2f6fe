// A button of the header and what floats below it; one at a time.
import { signal } from "@preact/signals-core";
import { html, nothing } from "lit-html";
import { part } from "../train/part.js";

const known = new WeakMap();

/** What the menus of a page know: which is open, what was tried and refused, and why. */
export function menusOf(store) {
  if (!known.has(store)) known.set(store, { open: signal(null), tried: signal({}), refused: signal(null) });
  return known.get(store);
}

/** A menu: its name, what stands on the button, and what floats, as a function. */
export function menu(store, name, face, content, side = "left") {
  const menus = menusOf(store),
    open = menus.open.value === name;
  return html`<div class=${`menu ${side}`}>
    <button
      class="face"
      aria-expanded=${open}
      aria-haspopup="dialog"
      @click=${() => turn(menus, open ? null : name)}
    >
      ${face}
    </button>
    ${open ? html`<div class="pop" role="dialog" aria-label=${name} ${part(floating, menus)}>${content()}</div>` : nothing}
  </div>`;
}

export function turn(menus, name) {
  menus.open.value = name;
  menus.tried.value = {};
  menus.refused.value = null;
}

/** Escape, and a click anywhere else, close it. */
function floating(element, menus) {
  const face = element.parentElement.querySelector(".face");
  const away = (event) => {
    if (!element.parentElement.contains(event.target)) turn(menus, null);
  };
  const press = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    turn(menus, null);
    face.focus();
  };
  document.addEventListener("pointerdown", away);
  element.parentElement.addEventListener("keydown", press);
  return () => {
    document.removeEventListener("pointerdown", away);
    element.parentElement?.removeEventListener("keydown", press);
  };
}
