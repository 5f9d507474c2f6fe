// What is trained on: a set, its noise and size, or a table of one's own.
import { html, nothing } from "lit-html";
import { choice, leftOver, numberField, refusal, row, set, settingOf } from "./fields.js";

const NUMBERS = [
  ["noise", "Noise", {}],
  ["samples", "Samples", { whole: true }],
  ["classes", "Classes", { whole: true }],
  ["held", "Held out", {}],
  ["seed", "Seed", { whole: true }],
];

export function dataMenu(store) {
  const { choices } = store.world.value,
    name = settingOf(store, "data", "name");
  const known = choices.data.some(({ value }) => value === name);
  const options = known
    ? choices.data
    : [{ value: name, title: store.world.value.data.title }, ...choices.data];
  const takes = choices.data.find(({ value }) => value === name)?.takes ?? (name === "file" ? ["held", "seed"] : []);
  const at = (field) => refusal(store, `data.${field}`);
  return html`${choice("Data", "set-data", options, name, (value) => set(store, "data", { name: value }), at("name"))}
    ${NUMBERS.filter(([field]) => takes.includes(field)).map(([field, title, kind]) =>
      numberField(
        title,
        `set-${field}`,
        settingOf(store, "data", field),
        (value) => set(store, "data", { [field]: value }),
        { ...kind, refused: at(field) },
      ),
    )}
    ${row(
      "Your own",
      "set-file",
      html`<input
        type="file"
        id="set-file"
        accept=".csv,.tsv,text/csv"
        @change=${(event) => event.target.files[0] && takeFile(store, event.target.files[0])}
      />`,
      at("file"),
    )}
    ${leftOver(store, "data", ["data.name", ...takes.map((field) => `data.${field}`), "data.file"])}
    <p class="soft">
      A table with a header may be dropped anywhere on the page; its last column is what is to be learned.
      ${store.world.value.data.plane ? html`Click the plane to add a point.` : nothing}
    </p>`;
}

/** Train on the table in a file. */
export async function takeFile(store, file) {
  const bytes = await file.arrayBuffer();
  return set(
    store,
    "data",
    { name: "file", file: file.name },
    [bytes],
    [{ name: "table", dtype: "raw", shape: [bytes.byteLength] }],
  );
}
