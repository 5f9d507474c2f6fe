// The page as it stands, for others: its address, or a file.
import { signal } from "@preact/signals-core";
import { html, nothing } from "lit-html";
import { addressNow, visit } from "./address.js";
import { menu, menusOf, turn } from "./setup/menu.js";
import { keep, openState } from "./setup/save.js";
import { part } from "./train/part.js";

const known = new WeakMap();

function sharing(store) {
  if (!known.has(store)) known.set(store, { found: signal(null), copied: signal(null) });
  return known.get(store);
}

/** The button of the header, and what floats below it. */
export function share(store) {
  return menu(store, "Share", "Share", () => content(store), "right");
}

function content(store) {
  const state = sharing(store), found = state.found.value;
  return html`<div class="share" ${part(ask, store, state)}>
    ${found?.error ? html`<p class="refused">${capital(found.error.text)}</p>` : nothing}
    ${found && !found.error ? link(store, state, found.href) : nothing}
    <div class="field"><label for="open-address">Open one</label><input id="open-address" class="typed" autocomplete="off"
      placeholder="#data=…" @change=${(event) => go(store, event.target.value)}></div>
    <h2>As a file</h2>
    <p><button class="link" @click=${() => keep(store, "state")}>Save the page</button>
      <span class="soft">with its data, weights and history: page.chainrule</span></p>
    <div class="field"><label for="open-shared">Open one</label><input type="file" id="open-shared" accept=".chainrule"
      @change=${(event) => event.target.files[0] && openState(store, event.target.files[0])}></div>
    <p class="soft">It may also be dropped on the page.</p>
  </div>`;
}

function link(store, state, href) {
  return html`<h2><label for="share-address">As an address</label></h2>
    <div class="copy"><input id="share-address" class="typed" readonly .value=${href} @focus=${(event) => event.target.select()}>
      <button class="button" @click=${(event) => copy(state, event.target.closest(".copy"), href)}>Copy</button></div>
    <p class="soft" role="status">${state.copied.value ?? (href.startsWith("#") ? "It belongs behind the address of any page of chainrule, and opens it as it stands here." : "It opens the page as it stands here.")}</p>`;
}

/** Ask for the address as the popover opens. */
function ask(_, store, state) {
  state.found.value = null;
  state.copied.value = null;
  addressNow(store).then(({ address, error }) => {
    state.found.value = error ? { error } : { href: `${place(store)}#${address}` };
  });
  return () => {};
}

/**
 * Where the page is, if others can go there. What is on this machine, or in a notebook, is nowhere for them: then what
 * stands after # is all that can be given.
 */
function place(store) {
  const { protocol, hostname, href } = location;
  const here = /^(localhost|127\.|\[::1\])/.test(hostname) || !protocol.startsWith("http");
  return here || !store.element.classList.contains("alone") ? "" : href.split("#")[0];
}

/** Go where an address leads that was typed; it may come with all that stands before its #. */
async function go(store, typed) {
  const text = typed.trim().replace(/^.*#/s, "");
  if (text && (await visit(store, text))) turn(menusOf(store), null);
}

/** Where the clipboard may not be used, the address is selected, to be copied by hand. */
async function copy(state, field, href) {
  try {
    await navigator.clipboard.writeText(href);
    state.copied.value = "Copied.";
  } catch {
    field.querySelector("input").select();
    state.copied.value = document.execCommand?.("copy") ? "Copied." : "Press Ctrl-C to copy what is selected.";
  }
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
