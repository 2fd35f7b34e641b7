// The output-size formula while a setting is being changed: what ui/formulas.py writes for the same windows, held to it by
// tests/js/preview.test.mjs. What Python has written lends its place, and is given back.
import { endsOf, extentOf, outputsOf, paddedSize, paramsOf } from "../drawing/axis.js";
import { make } from "../drawing/elements.js";
import { many, times, upTo } from "../drawing/numbers.js";

// A line is a list of texts and of [tag, text], or [tag, line].
const inNumbers = (axis, size) => {
  const { kernel, stride, dilation } = paramsOf(axis), [before, after] = endsOf(axis), room = paddedSize(axis, size) - extentOf(axis);
  const span = dilation === 1 ? kernel : `[${dilation}·(${kernel} − 1) + 1]`, padding = before === after ? `2·${before}` : `(${before} + ${after})`;
  const floored = room % stride ? [" = ⌊", ["em", upTo(room / stride, 3)], "⌋ + 1"] : [];
  return [`⌊(${size} − ${span} + ${padding}) / ${stride}⌋ + 1`, ...floored, " = ", ["b", String(outputsOf(axis, size))]];
};

const isSame = (trace) => JSON.stringify([trace.rows, trace.height]) === JSON.stringify([trace.columns, trace.width]);

/** The numbers put in, for height and width; once where both are the same. @param {Trace} trace */
export function filledLine(trace) {
  const { rows, columns, height, width } = trace;
  if (isSame(trace)) return inNumbers(rows, height);
  return [["span", ["height ", ...inNumbers(rows, height), ","]], " ", ["span", ["width ", ...inNumbers(columns, width)]]];
}

/** In letters. @param {Trace} trace */
export function lettersLine({ rows, columns }) {
  const { dilation } = paramsOf(rows);
  const isUneven = [rows, columns].some((axis) => endsOf(axis)[0] !== endsOf(axis)[1]);
  const padding = isUneven ? ["(P", ["sub", "1"], " + P", ["sub", "2"], ")"] : ["2P"];
  return [`O = ⌊(W − ${dilation > 1 ? "[D(K − 1) + 1]" : "K"} + `, ...padding, ") / S⌋ + 1"];
}

// What the windows leave unread, as `reading` of ui/formulas.py has it; `made` has the runs of rows and columns.
function readingText({ unreadRows, unreadColumns }, outside) {
  const count = (runs) => runs.reduce((sum, [from, to]) => sum + to - from, 0), rows = count(unreadRows), columns = count(unreadColumns);
  const parts = [[rows, "row"], [columns, "column"]].filter(([some]) => some).map(([some, word]) => many(some, word));
  const there = outside === "zeros" ? "" : " in place";
  return parts.length ? `${parts.join(" and ")} ${rows + columns === 1 ? "is" : "are"} never read${there} (shaded)` : "every pixel is read";
}

/** A line as elements. @type {(line: any[]) => any[]} */
export const built = (line) => line.map((part) => (typeof part === "string" ? part : make(part[0], {}, ...built([part[1]].flat(1)))));

// `span` has the line, `small` the size and what is read.
export class Formula {
  kept = null;

  /** @param {Element | null} found where it stands @param {Trace} trace */
  show(found, trace, made) {
    const line = found?.querySelector(":scope > span");
    if (!line) return;
    if (this.kept?.line !== line || !line.contains(this.kept.own)) {
      const small = found.querySelector("small");
      this.kept = { line, small, was: [line, small].map((element) => [...element.childNodes]), own: make("span", { style: "white-space: normal" }) };
    }
    const { small, own, was } = this.kept, before = was[0].map((node) => node.textContent).join("");
    const isLettered = /^o[ \u00a0]=/i.test(before), isSmall = before.startsWith("o");
    const letters = isLettered ? [...lettersLine(trace), isSame(trace) ? " = " : " : "] : [];
    const all = [...letters.map((part) => (isSmall && typeof part === "string" ? part.toLowerCase() : part)), ...filledLine(trace)];
    own.replaceChildren(...built(all));
    line.replaceChildren(own);
    const size = times(trace.outHeight, trace.outWidth), isOfPicture = trace.term === "product" && isLettered;
    small.replaceChildren(`${size} out${isOfPicture ? ` · ${readingText(made, trace.outside)}` : ""}`);
  }

  // What Python has written, where it has not written anew.
  giveBack() {
    const { kept } = this;
    this.kept = null;
    if (!kept?.line.contains(kept.own)) return;
    kept.line.replaceChildren(...kept.was[0]);
    kept.small.replaceChildren(...kept.was[1]);
  }
}

export const textOf = (line) => line.map((part) => (typeof part === "string" ? part : textOf([part[1]].flat()))).join("");
