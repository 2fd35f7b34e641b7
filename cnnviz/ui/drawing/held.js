// What is sent once and used by several components: a picture, a kernel in all its sizes. Each under an id that says what
// it is; of a kind the last two are kept, for what comes next may arrive before whoever uses the one before has left.

/** @type {Map<string, [string, any][]>} */
const kinds = new Map();
const waiting = new Set();

/** @type {(kind: string, id: string, value: any) => void} */
export function hold(kind, id, value) {
  const others = (kinds.get(kind) ?? []).filter(([other]) => other !== id);
  kinds.set(kind, [...others.slice(-1), [id, value]]);
  for (const look of [...waiting]) look();
}

/** What is held under an id, or undefined. @type {(id: string) => any} */
export const heldAs = (id) => [...kinds.values()].flat().find(([other]) => other === id)?.[1];

// `then()` once all of these are held, at once where they are; returns what calls that off.
/** @type {(ids: string[], then: () => void) => () => void} */
export function onceHeld(ids, then) {
  const look = () => {
    if (ids.some((id) => heldAs(id) === undefined)) return;
    waiting.delete(look);
    then();
  };
  waiting.add(look);
  look();
  return () => waiting.delete(look);
}
