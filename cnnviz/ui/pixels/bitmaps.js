// Bitmaps, a pixel a place: one plane as brightness, the lights that are on added up, a plane at the size it is shown.

import { bitmapOf, canvasOf } from "../drawing/paper.js";

// `planes`: the levels that go into red, green and blue, or nothing for one that is dark.
const painted = ({ width, height }, planes) => bitmapOf(width, height, (_, bytes) => {
  for (let pixel = 0, byte = 0; pixel < width * height; pixel += 1, byte += 4) {
    if (planes[0]) bytes[byte] = planes[0][pixel];
    if (planes[1]) bytes[byte + 1] = planes[1][pixel];
    if (planes[2]) bytes[byte + 2] = planes[2][pixel];
    bytes[byte + 3] = 255;
  }
});

function planeOf({ levels, height, width }, plane) {
  return levels.subarray(plane * height * width, (plane + 1) * height * width);
}

export function brightness(picture, plane) {
  const levels = planeOf(picture, plane);
  return painted(picture, [levels, levels, levels]);
}

// The picture in the light of those planes that are on; a single one, if so wished, as brightness.
export function litPicture(picture, lights, isGrey) {
  if (picture.depth === 1) return brightness(picture, 0);
  const on = lights.flatMap((is, plane) => (is ? [plane] : []));
  if (isGrey && on.length === 1) return brightness(picture, on[0]);
  return painted(picture, lights.map((is, plane) => is && planeOf(picture, plane)));
}

const LIGHT = ["#ff0000", "#00ff00", "#0000ff"];

// A plane at the size at which it is shown: as brightness, and in its colour.
export function shownPlanes(source, plane, width, height) {
  const grey = canvasOf(Math.max(1, Math.round(width)), Math.max(1, Math.round(height)));
  const context = grey.getContext("2d");
  context.imageSmoothingEnabled = width < source.width;
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, grey.width, grey.height);
  const tinted = canvasOf(grey.width, grey.height), tint = tinted.getContext("2d");
  tint.drawImage(grey, 0, 0);
  tint.globalCompositeOperation = "multiply";
  tint.fillStyle = LIGHT[plane];
  tint.fillRect(0, 0, grey.width, grey.height);
  return { grey, tinted };
}
