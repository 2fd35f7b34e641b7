// A setting that is being changed, said on the window as it changes: by a dial that is dragged, a handle on the picture,
// a cell of the kernel. Whoever shows what would come of it hears of it, long before Python does.
const EVENT = "cnnviz-set";

/** @type {(change: Change) => void} */
export const tellSetting = (change) => { window.dispatchEvent(new CustomEvent(EVENT, { detail: change })); };

/** Hear of every change; returns what stops hearing. @type {(listener: (change: Change) => void) => () => void} */
export function hearSettings(listener) {
  const listen = (/** @type {any} */ { detail }) => listener(detail);
  window.addEventListener(EVENT, listen);
  return () => window.removeEventListener(EVENT, listen);
}
