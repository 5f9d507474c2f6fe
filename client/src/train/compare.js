// An earlier step compared with now: the losses, and the parameters that moved most.
import { html, nothing } from "lit-html";
import { seek } from "../actions.js";
import { localOf } from "./local.js";
import { number, whole } from "./scale.js";

const MOST = 6;

/** The panel. */
export function compare(store) {
  const local = localOf(store),
    { step, newest, per_epoch: perEpoch } = store.view.value;
  const then = Math.min(local.then.value ?? 0, newest);
  const told =
    local.compared.value?.then === then && local.compared.value.now === step ? local.compared.value : null;
  return html`<div class="compare">
    <label class="ui small then"
      ><span
        >Step <b>${whole(then)}</b
        ><span class="soft">, epoch ${whole(Math.floor(then / perEpoch))}</span></span
      >
      <input
        type="range"
        min="0"
        max=${Math.max(1, newest)}
        .value=${String(then)}
        aria-label="The step that now is compared with"
        @input=${(event) => (local.then.value = Number(event.target.value))}
        @change=${() => ask(store, local)}
    /></label>
    ${told ? outcome(store, told) : html`<p class="small"><button class="link" @click=${() => ask(store, local)}>Compare it with step ${whole(step)}</button></p>`}
  </div>`;
}

async function ask(store, local) {
  const then = Math.min(local.then.value ?? 0, store.view.value.newest),
    now = store.view.value.step;
  const answer = await store.request("compare", { step: then });
  if (answer) local.compared.value = { then, now, said: answer.header.compare, arrays: answer.arrays };
}

function outcome(store, { then, now, said, arrays }) {
  const moved = movedMost(arrays);
  const most = Math.max(...moved.map((each) => Math.abs(each.now - each.then)), 1e-300);
  return html`<table class="moved ui small">
      <thead>
        <tr>
          <td></td>
          <th scope="col">step ${whole(then)}</th>
          <th scope="col">step ${whole(now)}</th>
          <th scope="col">moved</th>
          <td></td>
        </tr>
      </thead>
      <tbody>
        <tr class="loss">
          <th scope="row">loss</th>
          <td>${number(said.then.loss, 4)}</td>
          <td>${number(said.now.loss, 4)}</td>
          <td>${signed(said.now.loss - said.then.loss, 4)}</td>
          <td></td>
        </tr>
        ${moved.map(
          (each) =>
            html`<tr>
              <th scope="row">${each.entry}</th>
              <td>${number(each.then)}</td>
              <td>${number(each.now)}</td>
              <td>${signed(each.now - each.then, 3)}</td>
              <td class="rail" aria-hidden="true">
                <i
                  class=${each.now < each.then ? "minus" : "plus"}
                  style=${`width:${(100 * Math.abs(each.now - each.then)) / most}%`}
                ></i>
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p class="small soft">
      ${moved.length < MOST ? nothing : `The ${MOST} that moved most. `}<button
        class="link"
        @click=${() => seek(store, then)}
      >
        Go to step ${whole(then)}
      </button>
    </p>`;
}

const signed = (value, decimals) => (value > 0 ? "+" : "") + number(value, decimals);

/** The entries of all parameters that moved most: [{entry, then, now}]. */
export function movedMost(arrays) {
  const entries = [];
  for (const [key, before] of Object.entries(arrays)) {
    if (!key.startsWith("then:")) continue;
    const name = key.slice(5),
      after = arrays[`now:${name}`];
    before.data.forEach((then, i) =>
      keep(entries, { name, i, shape: before.shape, then, now: after.data[i] }),
    );
  }
  return entries.map(({ name, i, shape, then, now }) => ({
    entry: `${name}[${place(i, shape)}]`,
    then,
    now,
  }));
}

function keep(entries, each) {
  const size = (entry) => Math.abs(entry.now - entry.then);
  if (entries.length === MOST && size(each) <= size(entries[MOST - 1])) return;
  const at = entries.findIndex((other) => size(other) < size(each));
  entries.splice(at < 0 ? entries.length : at, 0, each);
  if (entries.length > MOST) entries.pop();
}

function place(i, shape) {
  return shape.length > 1 ? `${Math.floor(i / shape[1])}, ${i % shape[1]}` : String(i);
}
