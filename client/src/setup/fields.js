// The fields of the menus. A setting is changed at once; what the engine refuses stays in the form, with the reason beside
// it, and is sent along with the next change, since two settings may fit only together.
import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { change, tellNumbers } from "../actions.js";
import { shown, typed } from "../numbers.js";
import { forgetChosen } from "../train/local.js";
import { menusOf } from "./menu.js";

/** A setting as the form has it: what was tried, or what stands. */
export function settingOf(store, group, name) {
  const tried = menusOf(store).tried.value[group];
  return tried && name in tried ? tried[name] : store.world.value.settings[group][name];
}

/** Change a setting; gives whether the engine took it. */
export async function set(store, group, values, buffers = [], arrays = undefined) {
  const menus = menusOf(store);
  const tried = { ...menus.tried.value, [group]: { ...menus.tried.value[group], ...values } };
  menus.tried.value = tried;
  const before = store.view.value?.numbers ?? {};
  const answer = await change(store, withNumbers(store, tried), buffers, arrays);
  if (answer) {
    if ("optimizer" in values) tellNumbers(store, before, "as this optimizer usually has it");
    forgetChosen(store);
    menus.tried.value = {};
    menus.refused.value = null;
  } else {
    menus.refused.value = store.notice.value;
    if (menus.open.value) store.notice.value = null;
  }
  return Boolean(answer);
}

/** Numbers of the optimizer that were set on the way go on into a new start with the same optimizer. */
function withNumbers(store, settings) {
  const { training } = store.world.value.settings,
    wanted = settings.training ?? {};
  if (wanted.numbers || ("optimizer" in wanted && wanted.optimizer !== training.optimizer)) return settings;
  const names = store.world.value.choices.numbers[training.optimizer].map(({ name }) => name);
  const now = store.view.value.numbers ?? {};
  const numbers = { ...training.numbers };
  for (const name of names) if (name in now) numbers[name] = now[name];
  if ("schedule.learning_rate" in now) numbers.learning_rate = now["schedule.learning_rate"];
  return { ...settings, training: { ...wanted, numbers } };
}

/** The reason beside a field: of this very setting, or of one within it. */
export function refusal(store, field, whole = false) {
  const refused = menusOf(store).refused.value;
  if (!refused) return null;
  const at = refused.field ?? "";
  return at === field || (whole && at.startsWith(`${field}.`)) ? refused.text : null;
}

/** What was refused and belongs to no field that is shown. */
export function leftOver(store, group, fields) {
  const refused = menusOf(store).refused.value;
  if (!refused || fields.some((field) => refused.field === field || refused.field?.startsWith(`${field}.`)))
    return nothing;
  return reason(`${group}-reason`, refused.text);
}

export const reason = (id, text) =>
  text ? html`<p class="refused" id=${id} role="alert">${text}</p>` : nothing;

/** A label with its control and, below it, why it was refused. */
export function row(title, id, control, refused = null) {
  return html`<div class="field">
    <label for=${id}>${title}</label>${control}${reason(`${id}-reason`, refused)}
  </div>`;
}

/** One of a list. `options` are [{value, title}]. */
export function choice(title, id, options, value, take, refused = null, why = `${id}-reason`) {
  const control = html`<select
    id=${id}
    aria-invalid=${refused ? "true" : "false"}
    aria-describedby=${refused ? why : nothing}
    .value=${live(String(value))}
    @change=${(event) => take(options.find((each) => String(each.value) === event.target.value).value)}
  >
    ${options.map((each) => html`<option value=${String(each.value)} ?selected=${each.value === value}>${each.title}</option>`)}
  </select>`;
  return title === null ? control : row(title, id, control, refused);
}

/** A number that is typed; what is none is not taken. */
export function numberField(
  title,
  id,
  value,
  take,
  { refused = null, whole = false, empty = null, why = `${id}-reason` } = {},
) {
  const text = value === null || value === undefined ? "" : shown(value, 9);
  const control = html`<input
    id=${id}
    class="typed"
    inputmode=${whole ? "numeric" : "decimal"}
    autocomplete="off"
    placeholder=${empty ?? ""}
    aria-invalid=${refused ? "true" : "false"}
    aria-describedby=${refused ? why : nothing}
    .value=${live(text)}
    @change=${(event) => accept(event.target, text, take, { whole, empty })}
  />`;
  return title === null ? control : row(title, id, control, refused);
}

function accept(input, before, take, { whole, empty }) {
  if (empty !== null && !input.value.trim()) {
    take(null);
    return;
  }
  const number = typed(input.value);
  // What is no number stays in the field, and the browser says what is missing.
  input.setCustomValidity(Number.isNaN(number) ? `This is no number; it is still ${before}.` : "");
  if (Number.isNaN(number)) {
    input.reportValidity();
    return;
  }
  take(whole ? Math.round(number) : number);
}

/** Yes or no. */
export function tick(title, id, value, take) {
  return html`<div class="field tick">
    <label for=${id}>${title}</label
    ><input
      type="checkbox"
      id=${id}
      .checked=${live(value)}
      @change=${(event) => take(event.target.checked)}
    />
  </div>`;
}
