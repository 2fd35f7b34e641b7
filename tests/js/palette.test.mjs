// Colours: whatever colour a number stands on, it can be read.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { inkOn, inputColour } from "../../cnnviz/ui/drawing/palette.js";

const { PRGN, PRGN_DARK } = JSON.parse(readFileSync(join(process.env.TRACES, "palettes.json"), "utf8"));

// WCAG 2, written anew: the contrast of two colours, each [r, g, b].
function contrast(a, b) {
  const [light, dark] = [a, b].map((colour) => {
    const [r, g, b_] = colour.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b_;
  }).sort((one, other) => other - one);
  return (light + 0.05) / (dark + 0.05);
}
const parts = (text) => [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));

test("the ink on every colour of both palettes, of grey, of the colour planes and of padding has 4.5 : 1", () => {
  const trace = { inputRange: [0, 255], inputLimit: 0 };
  const colours = [...PRGN, ...PRGN_DARK, [219, 229, 246], [44, 60, 92]];
  for (const name of ["", "red", "green", "blue"]) for (let level = 0; level < 256; level += 1) colours.push(inputColour(trace, level, {}, name));
  for (let at = 0; at < 4096; at += 1) colours.push([at >> 8, (at >> 4) & 15, at & 15].map((part) => part * 17));
  for (const colour of colours) assert.ok(contrast(parts(inkOn(colour)), colour) >= 4.5, `${colour}: ${inkOn(colour)}`);
});

test("on mid tones a number is not written in the page's ink, which would be a dark grey on a dark green", () => {
  const green = [58, 152, 84]; // of 143 in 0 to 255 on the dark page
  assert.equal(inkOn(green), "#000000");
  assert.ok(contrast(parts(inkOn(green)), green) > 5.5);
  assert.deepEqual([inkOn([250, 250, 250]), inkOn([20, 20, 20])], ["#16202b", "#ffffff"]);
});

test("a map's number takes its colour from the theme's palette", () => {
  const trace = { inputRange: [-2, 1], inputLimit: 0 };
  assert.deepEqual([-2, 0, 2].map((value) => inputColour(trace, value, { signed: PRGN_DARK })), [PRGN_DARK[0], PRGN_DARK[127], PRGN_DARK[254]]);
});
