// Pure: positions of one axis and what lies beyond its ends. As cnnviz/geometry.py has it.

// Where the value at `position` really stands: itself, a borrowed position, or -1 for a made-up zero.
export function origin(position, size, outside) {
  if (position >= 0 && position < size) return position;
  if (outside === "replicate") return position < 0 ? 0 : size - 1;
  if (outside === "circular") return ((position % size) + size) % size;
  if (outside === "reflect") return position < 0 ? -position : 2 * (size - 1) - position;
  return -1;
}
