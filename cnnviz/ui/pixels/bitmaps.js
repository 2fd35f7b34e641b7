// Bitmaps, a pixel a place: one plane as brightness, the lights that are on added up, a plane at the size it is shown.

const bitmap = (width, height) => Object.assign(document.createElement("canvas"), { width, height });

// `of(pixel, shift)`: the level that goes into the byte of each colour (shift 0 red, 1 green, 2 blue).
function painted({ width, height }, planes) {
  const canvas = bitmap(width, height), context = canvas.getContext("2d");
  const image = context.createImageData(width, height), { data } = image;
  for (let pixel = 0, byte = 0; pixel < width * height; pixel += 1, byte += 4) {
    if (planes[0]) data[byte] = planes[0][pixel];
    if (planes[1]) data[byte + 1] = planes[1][pixel];
    if (planes[2]) data[byte + 2] = planes[2][pixel];
    data[byte + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

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
  const grey = bitmap(Math.max(1, Math.round(width)), Math.max(1, Math.round(height)));
  const context = grey.getContext("2d");
  context.imageSmoothingEnabled = width < source.width;
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, grey.width, grey.height);
  const tinted = bitmap(grey.width, grey.height), tint = tinted.getContext("2d");
  tint.drawImage(grey, 0, 0);
  tint.globalCompositeOperation = "multiply";
  tint.fillStyle = LIGHT[plane];
  tint.fillRect(0, 0, grey.width, grey.height);
  return { grey, tinted };
}
