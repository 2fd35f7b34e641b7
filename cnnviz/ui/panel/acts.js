// What is done on a panel: a number as it is typed, and the acts that Python has not heard of yet.

// The number that a text means: "1e3", "2.7", "2,7", "−4" and, as pages write it, "1,000". null where it means none.
export function numberIn(text) {
  const typed = text.trim().replace("−", "-");
  const plain = /^-?[1-9]\d{0,2}(,\d{3})+$/.test(typed) ? typed.replaceAll(",", "") : typed.replace(",", ".");
  const told = plain ? Number(plain) : NaN;
  return Number.isFinite(told) ? told : null;
}

// The whole number from `least` to `most` that lies nearest; Python's rule, cnnviz/ui/controls/basics.py.
export const nearest = (told, [least, most]) => Math.floor(Math.min(Math.max(told, least), most) + 0.5);

// Every message to Python has all that it has not heard of: one that overtakes another, or is lost, takes nothing away.
// An act is [number, name, what]; numbers grow, also from one mounting of the panel to the next, so they are times.
//     name    of the control
//     what    its new value, a text that is none, or null where the button after its words was pressed
export class Acts {
  unheard = []; last = 0; heard = 0;

  // Python has heard of the acts up to `heard`. Returns whether it knows of all: else its answer is to an older one.
  hear(heard) {
    if (heard < this.heard) Object.assign(this, { unheard: [], last: heard }); // another session, which knows of none
    this.heard = heard;
    this.last = Math.max(this.last, heard);
    this.unheard = this.unheard.filter(([number]) => number > heard);
    return this.unheard.length === 0;
  }

  // Of what a control was set to only the last counts, but what a button was pressed for stands. Returns all unheard.
  add(name, what, now = Date.now()) {
    this.last = Math.max(this.last + 1, now);
    const pressed = this.unheard.findLastIndex(([,, told]) => told === null);
    if (what !== null) this.unheard = this.unheard.filter(([, other], at) => other !== name || at <= pressed);
    this.unheard.push([this.last, name, what]);
    return [...this.unheard];
  }
}
