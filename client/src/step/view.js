// The step view: program, drawing, line and question.
import { html } from "lit-html";
import { effect } from "@preact/signals-core";
import { refresh } from "../actions.js";
import { charts } from "../train/charts.js";
import { graph } from "../graph/graph.js";
import { tables } from "../table.js";
import { lessonCard } from "../lessons/lesson.js";
import { line } from "./line.js";
import { program } from "./program.js";
import { transport } from "./transport.js";
import { why } from "./why.js";

export function stepView(store) {
  return html`<main class="step">
    <div class="side">${transport(store)} ${program(store)}</div>
    <div class="middle">
      <section class="picture" aria-label="Network">${store.table.value ? tables(store) : graph(store)}</section>
      ${line(store)}
    </div>
    <div class="asking">
      ${lessonCard(store)}
      <section class="why" aria-label="Why">${why(store)}</section>
      <section class="charts" aria-label="Loss and data">${charts(store)}</section>
    </div>
  </main>`;
}

/** Keep the current line that of the view's step, also while it plays by batches. */
export function followLines(store) {
  let told = null;
  let busy = false;
  return effect(() => {
    const view = store.view.value;
    if (!view || store.mode.value !== "step" || !store.playing.value || store.by.value === "line") return;
    if (busy || view === told) return;
    told = view;
    busy = true;
    queueMicrotask(() => refresh(store).finally(() => (busy = false)));
  });
}
