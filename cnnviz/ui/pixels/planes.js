// Drawing the picture as a volume: its planes as slabs, together or apart. Where planes lie on each other their light adds
// up, as on a screen: red + green + blue is the picture.
import { grouped } from "../drawing/numbers.js";
import { canvasOf, css, fillShape, outline, stroke, write } from "../drawing/paper.js";
import { shownPlanes } from "./bitmaps.js";
import { levelsAt, numberOf } from "./places.js";
import { RISE, SLAB, volumePlan } from "./volume.js";

const SLABS = { 1: [[150, 158, 168]], 3: [[214, 60, 60], [40, 150, 76], [62, 104, 224]] };

// `made` keeps the planes at their size: { key, planes }.
export function paintVolume(panel, view, made) {
  const { picture, theme, cursor, apart, painting } = view;
  const plan = volumePlan(picture, panel, apart);
  const key = `${view.version}|${plan.width}|${plan.height}`;
  if (made.key !== key) {
    made.key = key;
    made.planes = made.sources().map((source, plane) => shownPlanes(source, plane, plan.width * ratioFor(panel, plan), plan.height * ratioFor(panel, plan)));
  }
  const context = panel.begin();
  // The light adds up anew when planes move or lights change, not with the cursor.
  panel.lay("planes", `${painting}|${apart}`, (layer) => {
    for (const [plane, face] of [...plan.faces.entries()].reverse()) paintSlab(layer, plan, face, SLABS[plan.faces.length][plane], theme);
    paintFaces(layer, panel, view, plan, made.planes);
  });
  paintWords(context, view, plan);
  for (const [plane, face] of plan.faces.entries()) {
    if (apart < 0.02 && plane > 0) break;
    const cell = Math.max(8, plan.scale);
    const x = face.x + (cursor.column + 0.5) * plan.scale - cell / 2, y = face.y + (cursor.row + 0.5) * plan.scale - cell / 2;
    outline(context, x - 1, y - 1, cell + 2, cell + 2, "rgba(255,255,255,0.8)", 2.5);
    outline(context, x, y, cell, cell, theme.window, 2);
  }
  return plan;
}

// Reduced planes in the screen's own pixels, enlarged ones in the page's: those stay sharp anyway.
const ratioFor = (panel, plan) => (plan.scale < 1 ? panel.ratio : 1);

function paintSlab(context, { width, height }, { x, y, behind }, colour, theme) {
  const to = behind + SLAB; // those in front are painted over it later
  const side = (points, part) =>
    fillShape(context, points, css(colour.map((level) => level * part + (theme.dark ? 0 : 255 * (1 - part) * 0.35))));
  side([[x + width, y], [x + width + to, y - to * RISE], [x + width + to, y + height - to * RISE], [x + width, y + height]], 0.75);
  side([[x, y], [x + to, y - to * RISE], [x + width + to, y - to * RISE], [x + width, y]], 1);
}

function paintFaces(context, panel, { picture, lights, apart, theme, isGrey }, plan, planes) {
  const mix = (panel.mix ??= canvasOf(0, 0));
  if (mix.width !== panel.canvas.width || mix.height !== panel.canvas.height) [mix.width, mix.height] = [panel.canvas.width, panel.canvas.height];
  const light = mix.getContext("2d");
  light.setTransform(panel.ratio, 0, 0, panel.ratio, 0, 0);
  light.globalCompositeOperation = "source-over";
  light.clearRect(0, 0, panel.width, panel.height);
  light.imageSmoothingEnabled = false;
  light.fillStyle = "#000000";
  const at = (value) => Math.round(value * panel.ratio) / panel.ratio;
  for (const { x, y } of plan.faces) light.fillRect(at(x), at(y), plan.width, plan.height);
  light.globalCompositeOperation = "lighter";
  // As brightness only while the planes lie apart: light that is to add up must have its colour.
  const grey = picture.depth === 1 ? 1 : isGrey ? Math.max(0, (apart - 0.88) / 0.12) : 0;
  for (const [plane, { x, y }] of plan.faces.entries()) {
    if (!lights[plane]) continue;
    for (const [bitmap, part] of [[planes[plane].tinted, 1 - grey], [planes[plane].grey, grey]]) {
      if (part === 0) continue;
      light.globalAlpha = part;
      light.drawImage(bitmap, at(x), at(y), plan.width, plan.height);
    }
  }
  light.globalAlpha = 1;
  context.drawImage(mix, 0, 0, panel.width, panel.height);
  for (const { x, y } of plan.faces) outline(context, x, y, plan.width, plan.height, theme.border, 1);
}

// Height, width and depth with their numbers, and under each plane what it holds at the cursor.
function paintWords(context, { picture, lights, theme, apart, inks, cursor }, plan) {
  const { depth, height, width } = picture;
  const first = plan.faces[0], last = plan.faces[depth - 1], font = theme.font;
  const bottom = first.y + plan.height;
  stroke(context, [[[first.x - 10, first.y], [first.x - 10, bottom]]], theme.muted);
  write(context, grouped(height), first.x - 17, first.y + plan.height / 2 - 8, 15, theme.text, font, 700, "right");
  write(context, "high", first.x - 17, first.y + plan.height / 2 + 9, 12, theme.muted, font, 400, "right");
  stroke(context, [[[first.x, bottom + 7], [first.x + plan.width, bottom + 7]]], theme.muted);
  label(context, grouped(width), "wide", first.x + plan.width / 2, bottom + 18, theme);
  const deep = last.behind + SLAB, x = last.x + plan.width + 7, y = first.y + 5;
  // On the way there is no one depth to speak of.
  const together = Math.max(0, 1 - apart * 5), split = Math.max(0, apart * 4 - 3);
  context.globalAlpha = depth === 1 ? 1 : together + split;
  stroke(context, [[[x, y], [x + deep, y - deep * RISE]]], theme.muted);
  write(context, grouped(apart < 0.5 ? depth : 1), x + deep + 5, y - (deep * RISE) / 2 + 1, 15, theme.text, font, 700, "left");
  write(context, "deep", x + deep + 5, y - (deep * RISE) / 2 + 17, 12, theme.muted, font, 400, "left");
  context.globalAlpha = 1;
  if (depth === 1) return;
  const levels = levelsAt(picture, cursor);
  context.globalAlpha = split;
  for (const [plane, face] of plan.faces.entries()) {
    const text = lights[plane] ? `${picture.planes[plane]} ${numberOf(picture, levels[plane], 3)}` : `${picture.planes[plane]}: off`;
    write(context, text, face.x + plan.width / 2, bottom + 35, 13.5, lights[plane] ? inks[plane] : theme.muted, font, 650);
  }
  context.globalAlpha = together;
  const on = picture.planes.filter((_, plane) => lights[plane]);
  write(context, on.length ? `${on.join(" + ")} light` : "no light at all", first.x + plan.width / 2, bottom + 35, 13.5, theme.text, font, 650);
  context.globalAlpha = 1;
}

function label(context, number, word, x, y, theme) {
  context.font = `700 15px ${theme.font}`;
  const wide = context.measureText(number).width;
  context.font = `400 12px ${theme.font}`;
  const all = wide + 4 + context.measureText(word).width;
  write(context, number, x - all / 2, y, 15, theme.text, theme.font, 700, "left");
  write(context, word, x - all / 2 + wide + 4, y + 1, 12, theme.muted, theme.font, 400, "left");
}
