// What is being set, as it is set: dials and handles on pictures say it, whatever shows the setting hears it, and Python
// is told by a panel alone, once, when it is let go. The components are modules of their own, so they meet on the window.
const EVENT = "cnnviz-set", STANDING = "cnnviz-standing";

// `isLive` while it is still moving; then once false, with the value that stands.
/** @param {Change} change */
export function tellSetting(change) { window.dispatchEvent(new CustomEvent(EVENT, { detail: change })); }

// `listener(change)` for all that is told, also by itself: `from` says by whom. Returns a function that stops hearing.
/** @type {(listener: (change: Change) => void) => () => void} */
export const hearSettings = (listener) => hearing(EVENT, listener);

// A stage says what Python has sent it: the settings that stand now, for whoever shows them too and was sent nothing.
/** @param {Standing} standing */
export function tellStanding(standing) { window.dispatchEvent(new CustomEvent(STANDING, { detail: standing })); }

/** @type {(listener: (standing: Standing) => void) => () => void} */
export const hearStanding = (listener) => hearing(STANDING, listener);

function hearing(event, listener) {
  const hear = (/** @type {any} */ { detail }) => listener(detail);
  window.addEventListener(event, hear);
  return () => window.removeEventListener(event, hear);
}
