// Weights as a cell to edit holds them: as cell_text and short_text of cnnviz/kernels/typed.py write them, for the sizes of
// a kernel that the browser shows before Python does. Pure; tests/js/preview.test.mjs holds it to Python's texts.
const SIMPLE = 4096; // the largest denominator that counts as simple

// The simplest fraction [over, under] near a positive number, by its continued fraction.
function near(number) {
  let [over, under, overBefore, underBefore, rest] = [Math.floor(number), 1, 1, 0, number - Math.floor(number)];
  while (rest > 1e-12 && over / under !== number) {
    const next = Math.floor(1 / rest), [p, q] = [next * over + overBefore, next * under + underBefore];
    if (q > SIMPLE) break;
    [overBefore, underBefore, over, under, rest] = [over, under, p, q, 1 / rest - next];
  }
  return [over, under];
}

// A simple fraction whose division gives exactly this, or a thousandth of one; null where there is none.
function share(number) {
  const [over, under] = near(number);
  if (over / under === number) return [over, under];
  let [top, bottom] = near(1000 * number);
  bottom *= 1000;
  let [a, b] = [top, bottom];
  while (b) [a, b] = [b, a % b];
  return top / a / (bottom / a) === number ? [top / a, bottom / a] : null;
}

function decimalOf(number) {
  const text = String(number);
  return number !== 0 && Math.abs(number) < 1e-4 && !text.includes("e") ? number.toExponential() : text;
}

/** The shortest decimal or fraction that Python reads back exactly. @type {(weight: number) => string} */
export function cellText(weight) {
  const decimal = decimalOf(weight);
  if (decimal.length <= 3) return decimal;
  const fraction = share(Math.abs(weight));
  const text = fraction && `${weight < 0 ? "-" : ""}${fraction[0]}${fraction[1] === 1 ? "" : `/${fraction[1]}`}`;
  return text && text.length < decimal.length ? text : decimal;
}

/** The same, or six digits where that is long. @type {(weight: number) => string} */
export function shortText(weight) {
  const exact = cellText(weight);
  return exact.length <= 12 ? exact : cellText(Number(weight.toPrecision(6)));
}

/** The number that a simple text means, "1/9" or "−0.5"; null where it takes Python to read it. @type {(text: string) => number | null} */
export function numberOf(text) {
  const found = /^([-+]?\d*\.?\d+(?:e[-+]?\d+)?)(?:\/(\d*\.?\d+))?$/i.exec(text.trim().replace("−", "-"));
  const number = found ? Number(found[1]) / Number(found[2] ?? 1) : NaN;
  return Number.isFinite(number) ? number : null;
}

// What Python sends of a kernel in one size, from the kernel in all of them: its tabs; none in a size that it does not have.
/** @type {(told: any, size: number[], isOwn: boolean) => GridMessage["tabs"]} */
export function tabsOf(told, [height, width], isOwn) {
  const write = isOwn ? cellText : shortText, area = height * width;
  let start = 0, startDrawn = 0;
  for (const { size, refused, slices } of told.sizes) {
    if (refused) continue;
    const count = size[0] * size[1];
    if (size[0] === height && size[1] === width) {
      const tab = (numbers) => {
        const values = Array.from({ length: height }, (_, row) => Array.from(numbers.subarray(row * width, (row + 1) * width)));
        return { values, text: values.map((row) => row.map(write)) };
      };
      // As they are applied; before any flip they were turned round.
      const weight = (at) => {
        const found = told.weights.data.slice(start + at * area, start + (at + 1) * area);
        return told.flip ? found.reverse() : found;
      };
      if (told.depth === 1) return { "": tab(weight(0)) };
      const all = slices ? {} : { all: tab(told.drawn.data.subarray(startDrawn, startDrawn + area)) };
      return { ...all, R: tab(weight(0)), G: tab(weight(1)), B: tab(weight(2)) };
    }
    start += count * told.depth;
    startDrawn += slices ? 0 : count;
  }
  return {};
}
