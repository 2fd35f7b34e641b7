// One act of the visitor is at most one entry in the browser's history.
//
// Streamlit makes an entry whenever a run changes the link, and one act can bring several runs: a key that is held
// repeats. What an act changes after its first entry goes into that same entry; what changes without an act, as on
// arrival, makes none.

const APART = 1000; // ms: keys on one control with less between them are one act

// Tells acts apart: `begin` at each key, press or click; `isFirst` once for each change of the link.
export function acts(clock) {
  let act = 0, last = { control: null, at: -Infinity }, entered = 0;
  return {
    begin(control, isPress) {
      const at = clock();
      if (isPress || control !== last.control || at - last.at >= APART) act += 1;
      last = { control, at };
    },
    isFirst() {
      const first = act !== entered;
      entered = act;
      return first;
    },
  };
}

export default function () {
  if (window.cnnvizActs) return; // once in each tab: Streamlit stays while its pages come and go
  const told = (window.cnnvizActs = acts(() => performance.now()));
  const begin = (event) => event.isTrusted && told.begin(event.composedPath()[0], event.type !== "keydown" && event.type !== "click");
  for (const type of ["pointerdown", "keydown", "click", "drop"]) window.addEventListener(type, begin, true);
  const push = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    if (told.isFirst()) push(state, title, address); else history.replaceState(state, title, address);
    window.dispatchEvent(new Event("cnnviz-link")); // whoever says a place in the link by itself looks whether it stands
  };
}
