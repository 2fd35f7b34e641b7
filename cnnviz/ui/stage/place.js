// At which output the stage stands, as the link says it: whoever opens the link sees the same step.
import { inLink, placeIn, placeText, sayInLink } from "../drawing/address.js";

const SETTLED = 200; // ms that the stage stands before the link says so: not at every step of a held key

/** "row.column", counted from 1; of a map of a network "layer.map.row.column". @type {(trace: Trace, index: number) => string} */
export const linkText = ({ options: { unit }, outWidth }, index) =>
  placeText([...(unit ?? []), Math.floor(index / outWidth), index % outWidth]);

// The output that a link means, as near as this map has one; null where it names none, or one of another map.
/** @type {(trace: Trace, text: string | null) => number | null} */
export function placeOf(trace, text) {
  const parts = placeIn(text), { unit } = trace.options, own = parts.slice(unit ? 2 : 0);
  if (own.length !== 2 || (unit && (parts[0] !== unit[0] || parts[1] !== unit[1]))) return null;
  return Math.min(own[0], trace.outHeight - 1) * trace.outWidth + Math.min(own[1], trace.outWidth - 1);
}

// Whether the link speaks of another map: Python is asked for that one, and until it stands here nothing is said.
/** @type {(trace: Trace, text: string | null) => boolean} */
function isElsewhere(trace, text) {
  const { unit } = trace.options;
  return Boolean(unit && text) && !`${text}.`.startsWith(`${placeText(unit)}.`);
}

export class Place {
  timer = 0;

  constructor(stage) {
    this.stage = stage;
    this.back = () => this.goBack();
    this.changed = () => this.tell();
    window.addEventListener("popstate", this.back);
    window.addEventListener("cnnviz-link", this.changed); // Python has written it: from what it knew then
  }

  get key() { return this.stage.trace?.options.link; }

  // Where somebody would stand who opens the link now.
  get meant() {
    const { trace, player } = this.stage;
    return placeOf(trace, inLink(location.search, this.key)) ?? player.start;
  }

  // Soon: what the link is to say, if it does not mean it already.
  tell() {
    clearTimeout(this.timer);
    if (this.key) this.timer = setTimeout(() => this.write(), SETTLED);
  }

  write() {
    const { trace, player } = this.stage;
    if (!trace || player.playing || isElsewhere(trace, inLink(location.search, this.key)) || this.meant === player.index) return;
    sayInLink(this.key, linkText(trace, player.index));
  }

  // The visitor went Back or Forward, where another place may be meant. Nothing is said of it: the map may be another
  // one, which comes with the run that this causes, and then the link is right as it is.
  goBack() {
    const { trace, player } = this.stage;
    if (this.key && !isElsewhere(trace, inLink(location.search, this.key)) && this.meant !== player.index) {
      player.go(this.meant, false);
      this.stage.isSaid = true;
    }
    clearTimeout(this.timer);
  }

  leave() {
    clearTimeout(this.timer);
    window.removeEventListener("popstate", this.back);
    window.removeEventListener("cnnviz-link", this.changed);
  }
}
