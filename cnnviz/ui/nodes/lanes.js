// Pure: the rows that show, and the lane in which each value goes down the page until its last reader.

/** What shows of a network: its rows, and for each block a line of its own; of a folded one nothing else.
 * @type {(rows: ListedNode[], blocks: [number, number][], open: Set<number>) => NodeLine[]} */
export function shownLines(rows, blocks, open) {
  const lines = [], blockAt = new Map(blocks.map(([first, last], at) => [first, { at, first, last }]));
  for (let at = 0; at < rows.length; at += 1) {
    const block = blockAt.get(at);
    if (!block) { lines.push({ places: [at], block: null, sources: rows[at].sources }); continue; }
    if (open.has(block.at)) {
      lines.push({ places: [], block, sources: [] }, { places: [at], block: null, sources: rows[at].sources });
      continue;
    }
    const places = Array.from({ length: block.last - at + 1 }, (_, by) => at + by);
    const outer = new Set(places.flatMap((place) => rows[place].sources).filter((source) => source < at));
    lines.push({ places, block, sources: [...outer] });
    at = block.last;
  }
  return lines;
}

/** In which lane each line has its node, which lanes come from above, which of them end in it, and which go on below.
 * @type {(lines: NodeLine[]) => { placed: LaneLine[], count: number }} */
export function lanesOf(lines) {
  const lastReader = new Map(), lineOf = new Map([[-1, -1]]);
  lines.forEach(({ places, sources }, at) => {
    for (const source of sources) lastReader.set(lineOf.get(source), at);
    for (const place of places) lineOf.set(place, at);
  });
  /** @type {(number | null)[]} */
  const lanes = [lastReader.has(-1) ? -1 : null]; // which line's value goes down in each lane
  let count = 1;
  const placed = lines.map(({ places, sources }, at) => {
    const above = lanes.flatMap((value, lane) => (value === null ? [] : [lane]));
    if (!places.length) return { lane: -1, above, joins: [], below: above };
    const read = new Set(sources.map((source) => lineOf.get(source)));
    const joins = above.filter((lane) => read.has(lanes[lane]));
    for (const lane of joins) if (lastReader.get(lanes[lane]) === at) lanes[lane] = null;
    const free = lanes.indexOf(null), lane = joins.find((own) => lanes[own] === null) ?? (free < 0 ? lanes.length : free);
    lanes[lane] = lastReader.has(at) ? at : null;
    count = Math.max(count, lane + 1);
    const below = lanes.flatMap((value, of) => (value === null ? [] : [of]));
    return { lane, above, joins, below };
  });
  return { placed, count };
}
