// One cursor for several components of a page. Each is a module of its own, so they meet on the window: whoever moves
// says so to its group, and the others follow. What is said, `place`, is the group's own matter; a stage says
//     { row, column }   of the output cell that it shows     { y, x }   the middle of its window on the input
//     { pixel }         the input pixel under the pointer, or null
//     { isMove }        false where the link or Python has put it there, or only its numbers are new: a stage that is
//                       told a place of its own stays there
//     { value }         the number that goes in, where it is one
//     { text }          the number that comes out, as it is shown; none while it is to be guessed
// and who has just joined may say { asks: true }, to be told where the others are.
const EVENT = "cnnviz-cursor";

// Joins a group; returns { tell(place), leave() }. `follow(place)` is called for what the others tell, never for its own.
/** @type {(group: string, follow: (place: Place) => void) => { tell(place: Place): void, leave(): void }} */
export function join(group, follow) {
  const own = {};
  const listen = (/** @type {any} */ { detail }) => { if (detail.group === group && detail.from !== own) follow(detail.place); };
  window.addEventListener(EVENT, listen);
  return {
    tell: (place) => window.dispatchEvent(new CustomEvent(EVENT, { detail: { group, from: own, place } })),
    leave: () => window.removeEventListener(EVENT, listen),
  };
}
