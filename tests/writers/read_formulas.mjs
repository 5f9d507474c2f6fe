// Reads formulas with KaTeX and MathJax, as pages in a browser do: {"folder": …, "formulas": […]} on standard input;
// on standard output a list of {"formula": …, "reader": …, "message": …} for each that one of them refuses.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const { folder, formulas } = JSON.parse(readFileSync(0, "utf8"));
const load = createRequire(join(folder, "package.json"));
const katex = load("katex");
const { mathjax } = load("mathjax-full/js/mathjax.js");
const { TeX } = load("mathjax-full/js/input/tex.js");
const { liteAdaptor } = load("mathjax-full/js/adaptors/liteAdaptor.js");
const { RegisterHTMLHandler } = load("mathjax-full/js/handlers/html.js");
const { STATE } = load("mathjax-full/js/core/MathItem.js");
load("mathjax-full/js/input/tex/ams/AmsConfiguration.js");

RegisterHTMLHandler(liteAdaptor());
// Without the package noundefined, a command that MathJax doesn't know is an error, not red letters.
const document = mathjax.document("", { InputJax: new TeX({ packages: ["base", "ams"], tags: "ams" }) });

function byKatex(formula) {
  // Strict: what LaTeX itself would not take is an error, too.
  katex.renderToString(formula, { displayMode: true, throwOnError: true, strict: "error", trust: false });
}

function byMathjax(formula) {
  document.inputJax[0].parseOptions.tags.reset();
  const tree = document.convert(formula, { display: true, end: STATE.CONVERT });
  tree.walkTree((node) => {
    if (node.isKind("merror")) throw new Error(node.attributes.get("data-mjx-error"));
  });
}

const refused = [];
for (const [reader, read] of Object.entries({ KaTeX: byKatex, MathJax: byMathjax })) {
  for (const formula of formulas) {
    try {
      read(formula);
    } catch (error) {
      refused.push({ formula, reader, message: error.message });
    }
  }
}
process.stdout.write(JSON.stringify(refused));
