// What asks a part of the page to run by itself waits until no run is under way: where it arrives as a run of the whole page
// ends, Streamlit loses what that run drew last, or shows no page at all.
const STATE = "data-test-script-state", LONGEST = 10_000; // ms

/** @type {(act: () => void) => void} */
export function onceQuiet(act) {
  const app = document.querySelector(`[${STATE}]`), isQuiet = () => !app || ["notRunning", "compilationError"].includes(app.getAttribute(STATE));
  if (isQuiet()) { act(); return; }
  const go = () => { watch.disconnect(); clearTimeout(timer); act(); };
  const watch = new MutationObserver(() => { if (isQuiet()) go(); }), timer = setTimeout(go, LONGEST);
  watch.observe(app, { attributeFilter: [STATE] });
}
