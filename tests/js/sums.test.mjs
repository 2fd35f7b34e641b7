// What is shown adds up as shown: over thousands of steps the numbers are read back from their texts and added up.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { APPLY, outputAt, stepAt, unpack } from "../../cnnviz/ui/stage/arithmetic.js";
import { narrate, speaker, total } from "../../cnnviz/ui/stage/words.js";
import { cases, randomFrom } from "./traces.mjs";

const folder = process.env.TRACES;
const bytes = readFileSync(join(folder, "shown.bin"));
const shown = JSON.parse(readFileSync(join(folder, "shown.json"), "utf8"))
  .map(([name, start, length]) => ({ name, bytes: bytes.subarray(start, start + length) }));

const RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹", PLAIN = "-0123456789";
const NUMBER = /^−?\d{1,3}(,\d{3})*(\.\d+)?(\u00a0×\u00a010⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?$/;
const plain = (text) => text.replace(/\u00a0×\u00a010([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_, power) => `e${[...power].map((sign) => PLAIN[RAISED.indexOf(sign)]).join("")}`)
  .replace(/(?<=\d),(?=\d{3})/g, "").replaceAll("−", "-");

// A number as it is shown -> { digits, decimals, value }: digits is the BigInt of all of them, decimals may be negative.
function read(text) {
  assert.match(text, NUMBER);
  const [mantissa, power = "0"] = plain(text).split("e"), [, part = ""] = mantissa.split(".");
  return { digits: BigInt(mantissa.replace(".", "")), decimals: part.length - Number(power), value: Number(plain(text)) };
}
const places = (numbers) => Math.max(...numbers.map(({ decimals }) => decimals));
const inUnits = ({ digits, decimals }, finest) => digits * 10n ** BigInt(finest - decimals);
const sumOf = (numbers, finest) => numbers.reduce((sum, number) => sum + inUnits(number, finest), 0n);

// What an expression of the stage comes to: "relu(1/9 × sum 452 − 3 (bias))".
function calculated(text) {
  const names = Object.keys(APPLY).sort((a, b) => b.length - a.length);
  const called = names.reduce((so, name) => so.replaceAll(`${name}(`, `f[${JSON.stringify(name).replaceAll(" ", "_")}](`), text);
  const written = plain(called).replace(/\(bias\)|three sums|two sums|\bsum\b|\bmean\b|\blargest\b|\bbias\b/g, "")
    .replaceAll("×", "*").replaceAll("²", "**2").replaceAll(" to the power of ", "**").replaceAll("+ -", "+ (-1)*").replaceAll("* -", "* (-1)*");
  const f = Object.fromEntries(names.map((name) => [name.replaceAll(" ", "_"), APPLY[name]]));
  return new Function("f", `return ${written};`)(f);
}
const comesTo = (text, result, what) => {
  const number = read(result), got = calculated(text);
  assert.ok(Math.abs(got - number.value) <= 0.5 * 10 ** -number.decimals * (1 + 1e-5), `${what}: ${text} is ${got}, not ${result}`);
};

function someCells(trace, most = trace.taps > 100 ? 5 : 8) {
  const random = randomFrom(trace.count), found = new Set([0, trace.count - 1, trace.outWidth - 1, trace.count - trace.outWidth]);
  if (trace.count <= most) return Array.from({ length: trace.count }, (_, at) => at);
  while (found.size < most) found.add(Math.floor(random() * trace.count));
  return [...found];
}

let steps = 0, terms = 0;
const kinds = new Set();

function check(name, trace) {
  const say = speaker(trace), factor = trace.factor[0] / trace.factor[1];
  for (const index of someCells(trace)) {
    const row = Math.floor(index / trace.outWidth), column = index % trace.outWidth, what = `${name}, row ${row + 1}, column ${column + 1}`;
    const step = stepAt(trace, row, column), said = say.of(step), { left, result } = total(trace, step, say);
    steps += 1;
    kinds.add(`${trace.term} ${trace.reduction} ${trace.function} ${trace.outside} ${trace.scale !== 1} ${factor !== 1}`);
    // The result is Python's number, everywhere the same text.
    assert.equal(result, say.output(outputAt(trace, row, column)), what);
    const live = narrate(trace, step, false, say);
    assert.ok(live.endsWith(` ${result}.`), what);
    assert.doesNotMatch(live, /\d-|-\d|e-?\d|−0(?![.\d])|−0\.0+(?!\d)|NaN|undefined|null|Infinity/, what);
    // What stands left of it comes to it.
    if (/\d/.test(left)) comesTo(left, result, what);
    const present = [...step.terms.keys()].filter((tap) => !Number.isNaN(step.terms[tap]));
    const texts = present.map((tap) => read(said.term(tap)));
    terms += texts.length;
    const finest = say.places.terms, unit = 10 ** -finest;
    // All terms in the same decimals, each less than a unit of the last from its true value; zero stays zero.
    present.forEach((tap, at) => {
      const term = step.terms[tap] / factor;
      assert.equal(texts[at].digits * 10n ** BigInt(Math.max(0, finest - texts[at].decimals)) % 1n, 0n, what);
      assert.ok(texts[at].decimals <= finest || texts[at].digits === 0n, `${what}: ${said.term(tap)} is finer than ${finest} decimals`);
      assert.ok(Math.abs(texts[at].value - term) < unit * (1 + 1e-6) + 1e-9 * Math.abs(term), `${what}: a term of ${term} reads ${said.term(tap)}`);
      if (term === 0) assert.equal(texts[at].digits, 0n, what);
    });
    if (trace.reduction === "max") {
      assert.equal(read(said.term(step.winner)).value, Math.max(...texts.map(({ value }) => value)), what);
      assert.equal(said.term(step.winner), said.reduced, what);
      if (!/\d/.test(left)) assert.equal(said.term(step.winner), result, what);
      continue;
    }
    // The terms add up to the sum that is shown, and so do the sums of the channels.
    const sum = /\d/.test(left) ? read(said.sum) : read(result), common = Math.max(finest, sum.decimals, places(texts));
    assert.equal(sumOf(texts, common), inUnits(sum, common), `${what}: the terms do not add up to ${said.sum}`);
    if (trace.reduction === "sum" && trace.channels.length > 1 && trace.channels.length <= 3) {
      const partials = trace.channels.map((_, channel) => read(said.partial(channel)));
      assert.equal(sumOf(partials, common), inUnits(sum, common), `${what}: the channels do not add up to ${said.sum}`);
      const area = trace.taps / trace.channels.length;
      partials.forEach((partial, channel) => {
        const own = present.flatMap((tap, at) => (Math.floor(tap / area) === channel ? [texts[at]] : []));
        assert.equal(sumOf(own, common), inUnits(partial, common), `${what}: channel ${channel + 1}`);
        assert.ok(Math.abs(partial.value - step.sums[channel] / factor) < unit * (1 + 1e-6) + 1e-9 * Math.abs(step.sums[channel] / factor), `${what}: channel ${channel + 1} of ${step.sums[channel] / factor} reads ${said.partial(channel)}`);
      });
    }
    // A sum that ends the step is the result.
    if (left === "sum" || /^(sum|two sums|three sums) [^a-z]* \+ bias 0$/.test(left)) assert.equal(said.sum, result, what);
    checkLine(say, step, live, what);
  }
}

// The live line: what is written out comes to what follows, and others than those that are listed to what is said of them.
function checkLine(say, step, live, what) {
  const said = say.of(step), [, words] = /: (.*)\.$/s.exec(live);
  const others = /^(.*) and the other [\d,]+ [a-z ]+, which add up to ([^;]*);/.exec(words);
  if (others) {
    const listed = others[1].split(/, (?=\(|−|\d)/);
    const parts = listed.map((part) => read(part.includes(" = ") ? part.split(" = ")[1] : NUMBER.test(part) ? part : "0"));
    if (listed.every((part) => part.includes(" = ") || NUMBER.test(part))) {
      const sum = read(said.sum), all = [...parts, read(others[2])], common = places([...all, sum]);
      assert.equal(sumOf(all, common), inUnits(sum, common), `${what}: ${words}`);
    } else comesTo(`${others[1]} + ${others[2].replace("−", "−")}`, said.sum, what);
    return;
  }
  if (words.includes(" adds up to ")) {
    const parts = words.split("; ")[0].split(", ").map((part) => read(/to ([^ ]+)$/.exec(part)[1]));
    const sum = read(said.sum), common = places([...parts, sum]);
    assert.equal(sumOf(parts, common), inUnits(sum, common), `${what}: ${words}`);
    return;
  }
  if (words.includes(", all of them 0")) return;
  const written = words.split("; ")[0], isDone = !words.includes("; ");
  const equal = isDone ? written.split(" = ") : [written];
  const target = isDone && equal.length > 1 ? equal.at(-1) : said.sum;
  if (/, (?!that is)/.test(written)) return; // a list of values
  const sides = equal[0].split(" ≈ ");
  comesTo(sides.at(-1), target, `${what}: ${words}`);
  // What is only about equal is off by what rounding the values and weights can do.
  const { value, decimals } = read(target), about = calculated(sides[0]), size = step.terms.reduce((sum, term) => sum + Math.abs(term || 0), 0);
  const rounding = step.weights ? 0.5 * 10 ** -say.places.values * step.weights.reduce((sum, weight) => sum + Math.abs(weight), 0) : 0;
  assert.ok(Math.abs(about - value) <= 10 ** -decimals + 5e-3 * size + (step.terms.length <= 4 ? rounding : 0), `${what}: ${words}`);
}

test("what is shown adds up as shown: every preset, border, depth and scale, every layer of every network", () => {
  const wrong = [];
  for (const { name, bytes: envelope } of [...shown, ...cases]) {
    try { check(name, unpack(envelope)); } catch (error) { wrong.push(error.message); }
  }
  assert.deepEqual([wrong.length, wrong.slice(0, 20)], [0, []], "what does not add up");
  assert.ok(shown.length > 2000 && steps > 14000 && terms > 250000, `${shown.length} traces, ${steps} steps, ${terms} terms`);
  assert.ok(kinds.size > 30, `${kinds.size} kinds of step`);
});
