// Bundles the page into the package: what is installed needs no Node.
//
//   node build.mjs          writes src/chainrule/page/static
//   node build.mjs FOLDER   writes there instead, to be compared
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(process.argv[2] ?? join(here, "../src/chainrule/page/static"));

/** A rem in the styles is the page's own, not that of the document around it: the page may stand in a notebook. */
const ownRem = {
  name: "own-rem",
  setup(bundler) {
    bundler.onLoad({ filter: /src\/style\/.*\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/(?<![\w.-]|--rem: )(-?\d*\.?\d+)rem\b/g, "calc($1 * var(--rem))"),
      loader: "css",
    }));
  },
};

const options = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  sourcemap: false,
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
};

mkdirSync(target, { recursive: true });
const programs = { "page.js": "src/main.js", "engine.js": "src/worker/engine.js" };
for (const [name, source] of Object.entries(programs)) {
  await build({
    ...options,
    entryPoints: [source],
    outfile: join(target, name),
    format: "esm",
    target: "es2022",
  });
}
await build({
  ...options,
  entryPoints: ["src/style/page.css"],
  outfile: join(target, "page.css"),
  target: ["chrome111", "firefox115", "safari16.4"],
  plugins: [ownRem],
});
copyFileSync(join(here, "src/index.html"), join(target, "index.html"));

const outputs = ["engine.js", "index.html", "page.css", "page.js"];
const sources = ["build.mjs", "package.json", "package-lock.json", ...files(join(here, "src"))];
const bundle = { sources: hashes(here, sources), outputs: hashes(target, outputs) };
writeFileSync(join(target, "bundle.json"), JSON.stringify(bundle, null, 1) + "\n");

/** Every file below a folder, by its path from here, in order. */
function files(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(here, join(entry.parentPath ?? entry.path, entry.name)).replaceAll("\\", "/"))
    .sort();
}

function hashes(folder, names) {
  return Object.fromEntries(names.map((name) => [name, hash(join(folder, name))]));
}

function hash(path) {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
