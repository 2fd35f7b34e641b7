// Pure: where the planes of a picture lie, from together (apart = 0) to beside each other (apart = 1).

export const SLAB = 10; // how deep one plane is drawn, in pixels
export const RISE = 0.6; // how far up the depth goes, for each pixel that it goes to the right
const GAP = [8, 20]; // between two planes that lie beside each other: on a phone, and elsewhere
const MARGIN = { top: 10, right: 38, bottom: 44, left: 52 }; // for what is written round them

// The size of the planes is that of the picture times `scale`; a picture that fits is enlarged by whole numbers.
export function volumePlan({ height, width, depth }, room, apart) {
  const deep = depth * SLAB, gap = GAP[room.width < 420 ? 0 : 1];
  const most = {
    width: (room.width - MARGIN.left - MARGIN.right - SLAB - (depth - 1) * (gap + SLAB)) / depth,
    height: room.height - MARGIN.top - MARGIN.bottom - deep * RISE,
  };
  const fits = Math.max(1 / Math.max(height, width), Math.min(most.width / width, most.height / height));
  const scale = fits >= 1 ? Math.floor(fits) : fits;
  const face = { width: width * scale, height: height * scale };
  const step = apart * (face.width + gap + SLAB);
  const left = (room.width + MARGIN.left - MARGIN.right - face.width - (depth - 1) * step - deep * (1 - apart) - SLAB * apart) / 2;
  const top = MARGIN.top + deep * RISE + Math.max(0, (most.height - face.height) / 2);
  const faces = Array.from({ length: depth }, (_, plane) => ({
    x: left + plane * step, y: top,
    behind: plane * SLAB * (1 - apart), // how far behind the front the slab of this plane begins
  }));
  return { scale, apart, ...face, faces };
}

// The place of the picture at a point, and the plane that it was met on; null beside the planes.
export function faceUnder(plan, x, y) {
  const plane = plan.faces.findIndex((face) => x >= face.x && y >= face.y && x < face.x + plan.width && y < face.y + plan.height);
  if (plane < 0) return null;
  const face = plan.faces[plane];
  return { plane, row: Math.floor((y - face.y) / plan.scale), column: Math.floor((x - face.x) / plan.scale) };
}
