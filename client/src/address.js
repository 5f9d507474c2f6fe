// The page's state in the address: read where one comes, written as the page changes. Python reads and writes it.
import { effect } from "@preact/signals-core";
import { open } from "./actions.js";
import { addressOf } from "./lessons/course.js";

const PAUSE = 300; // milliseconds after the last change
const KEPT = "chainrule.address"; // so that a page that is loaded anew is known to be where it was: see ports/server.js

/** Go where an address leads. Where Python refuses it, its sentence is shown and the page stays as it was. */
export function visit(store, text) {
  store.playing.value = false;
  return open(store, text ? { address: addressOf(text) ?? text } : {});
}

/** What the page shows, as Python writes it into an address; what is usual is left out. */
export function shownOf(store) {
  const steps = store.mode.value === "step";
  const lesson = store.lesson.value;
  const at = store.at.value;
  return {
    mode: store.mode.value,
    sample: store.sample.value,
    line: steps && at > 0 ? (store.lines.value[at]?.name ?? null) : null,
    why: steps ? store.selected.value : null,
    hide: [...store.hidden.value],
    parts: store.parts.value,
    lesson: lesson && `${lesson.name}:${lesson.at + 1}`,
  };
}

/** The address of the page as it stands: `{address}`, or `{error}` with a sentence where it does not fit one. */
export async function addressNow(store) {
  const answer = await store.request("address", { shown: shownOf(store) }, [], { quiet: true });
  return answer.error ? { error: answer.error } : { address: answer.header.address };
}

/**
 * Open what the document's address says, or else `opened`; then let the address follow the page.
 * @returns {() => void} what ends it
 */
export function followAddress(store, opened, buffers) {
  const ends = [];
  let ended = false;
  const usual = JSON.stringify(shownOf(store));
  const begin = async () => {
    const text = hash();
    if (!(text && (await visit(store, text)))) {
      const refused = store.notice.value;
      await open(store, opened, buffers);
      if (text) {
        store.notice.value = refused;
        write("");
      }
    }
    const told = text ? [] : [store.world.value, store.view.value, usual];
    if (!ended && Object.keys(opened).length === 0) ends.push(writeAddress(store, told));
  };
  const came = async () => {
    if (hash().startsWith("token=")) location.reload();
    else if (!(await visit(store, hash()))) write((await addressNow(store)).address ?? "");
  };
  window.addEventListener("hashchange", came);
  ends.push(() => window.removeEventListener("hashchange", came));
  begin();
  return () => {
    ended = true;
    ends.forEach((end) => end());
  };
}

/** Write the address a moment after the page is no longer what the address tells already; not while it plays. */
function writeAddress(store, known) {
  let timer = 0;
  const stop = effect(() => {
    const now = [store.world.value, store.view.value, JSON.stringify(shownOf(store))];
    const rests = !store.playing.value && store.status.value === "ready";
    clearTimeout(timer);
    if (rests && now.some((each, i) => each !== known[i])) timer = setTimeout(tell, PAUSE, now);
  });

  async function tell(now) {
    known = now;
    write((await addressNow(store)).address ?? "");
  }

  return () => {
    clearTimeout(timer);
    stop();
  };
}

function write(address) {
  try {
    const { pathname, search } = location;
    history.replaceState(history.state, "", address ? `#${address}` : pathname + search);
    sessionStorage.setItem(KEPT, hash());
  } catch {
    // A browser may forbid either; the page works without.
  }
}

const hash = () => location.hash.slice(1);
