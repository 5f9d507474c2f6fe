// How it is trained. Numbers of the optimizer change on the way; all else begins anew.
import { html } from "lit-html";
import { edit } from "../actions.js";
import { choice, leftOver, numberField, refusal, set, settingOf, tick } from "./fields.js";
import { menusOf } from "./menu.js";

export function trainingMenu(store) {
  const { choices } = store.world.value;
  const optimizer = settingOf(store, "training", "optimizer"),
    schedule = settingOf(store, "training", "schedule");
  const at = (field) => refusal(store, `training.${field}`);
  const change = (values) => set(store, "training", values);
  return html`${choice("Optimizer", "set-optimizer", choices.optimizer, optimizer, (value) => change({ optimizer: value }), at("optimizer"))}
    ${(choices.numbers[optimizer] ?? []).map((each) => onTheWay(store, each, each.name))}
    ${choice("Schedule", "set-schedule", choices.schedule, schedule.name, (name) => change({ schedule: { name } }), at("schedule"))}
    ${(choices.schedule_numbers[schedule.name] ?? []).map((each) => onTheWay(store, each, `schedule.${each.name}`, schedule))}
    ${numberField("Batch", "set-batch", settingOf(store, "training", "batch"), (batch) => change({ batch }), { whole: true, empty: "all samples", refused: at("batch") ?? refusal(store, "training") })}
    ${tick("Shuffle", "set-shuffle", settingOf(store, "training", "shuffle"), (shuffle) => change({ shuffle }))}
    ${numberField("Seed", "set-training-seed", settingOf(store, "training", "seed"), (seed) => change({ seed }), { whole: true, refused: at("seed") })}
    ${leftOver(store, "training", ["training", "training.optimizer", "training.schedule", "training.batch", "training.seed"])}
    <p class="soft">The numbers of the optimizer change from here on; every other setting begins anew.</p>`;
}

/** A number that changes without a new start, where it is one of those that run. */
function onTheWay(store, each, name, schedule = null) {
  const now = store.view.value.numbers ?? {};
  const runs = name in now ? name : `schedule.${name}` in now ? `schedule.${name}` : null;
  const stands = runs
    ? now[runs]
    : ((schedule ? schedule.numbers?.[each.name] : settingOf(store, "training", "numbers")[name]) ??
      each.value);
  const take = (value) => {
    if (runs) return live(store, runs, value);
    if (schedule)
      return set(store, "training", {
        schedule: { name: schedule.name, numbers: { ...schedule.numbers, [each.name]: value } },
      });
    return set(store, "training", { numbers: { ...settingOf(store, "training", "numbers"), [name]: value } });
  };
  const refused = menusOf(store).refused.value;
  return numberField(
    each.sign === each.name
      ? each.name.replaceAll("_", " ")
      : html`${each.name.replaceAll("_", " ")} <i>${each.sign}</i>`,
    `set-${name.replace(".", "-")}`,
    stands,
    take,
    { whole: each.whole, refused: refused?.name === runs && runs ? refused.text : null },
  );
}

async function live(store, name, value) {
  const menus = menusOf(store);
  const answer = await edit(store, { numbers: { [name]: value } });
  menus.refused.value = answer ? null : { ...store.notice.value, name };
  if (!answer) store.notice.value = null;
}
