// What crosses from Python to the browser, and what is made of it there. Checked by `deno check` (deno.json).

// ---- an envelope: cnnviz/envelope.py ----

type Numbers = Float32Array | Float64Array | Uint8Array;
interface Packed<Data = Numbers> { data: Data; shape: number[] }
type Levels = Packed<Uint8Array>;
interface Box { x: number; y: number; width: number; height: number }

// ---- the stage: cnnviz/steps.py ----

interface Axis { kernel: number; stride: number; before: number; after?: number; dilation: number; starts?: number[]; counts?: number[] }
type Term = "product" | "value" | "square" | "squared difference";
type Reduction = "sum" | "mean" | "max";
type Outside = "zeros" | "none" | "replicate" | "circular" | "reflect";

interface StageOptions {
  autoplay?: boolean; whole?: boolean; compact?: boolean; complete?: boolean; weights?: boolean; group?: string; link?: string; limit?: number; begun?: number;
  at?: [number, number]; unit?: [number, number]; live?: Live; terms?: boolean; reach?: number;
}

interface Trace {
  rows: Axis; columns: Axis; channels: number[]; divisor: number; term: Term; reduction: Reduction; scale: number;
  bias: number; exponent?: number; function: string; outside: Outside; limit: number; inputLimit: number | null; factor: [number, number];
  names: { input?: string; output?: string; channels?: string[]; place?: string }; options: StageOptions; spacing?: [number, number];
  input: Packed & { decimals?: number }; output: Packed<Float32Array>; weight?: Packed<Float64Array>; gate?: Packed<Float64Array>;
  // worked out by unpack
  depth: number; height: number; width: number; outHeight: number; outWidth: number; count: number;
  down: number[]; across: number[]; area: number; taps: number; inputRange: number[]; whole: { values: boolean; weights: boolean; output: boolean };
  filling?: MapFilling; // of a preview: its map, as far as it is there
}

interface MapFilling {
  numbers: Numbers; largest: number; level: number; rounds: number; isThrough?: boolean; take?(trace: Trace): void;
  at(row: number, column: number): number; drawn(row: number, column: number): number; stepAt(row: number): number;
  advance(until: number): boolean; begin?(view?: Box): void;
}

// What can be changed under the finger: the settings as they stand (kw: null as long as it is k), which setting of the page
// means each, and the id of the kernel in all its sizes; `rests`: settings of what goes in, which cannot be followed.
type Ends = "none" | "both ends" | "causal";
interface LiveSettings {
  k: number; kw: number | null; s: number; p: number; more?: boolean; sides: [[number, number], [number, number]] | null; d: number; border?: Outside; bias?: number; flip?: boolean; same?: boolean;
  cell?: Cell; padding?: Ends; input?: number[]; // of a signal: where its padding is, and its numbers
}
// A weight that is typed into the grid, in the slice of one channel or, in another tab, in all.
interface Cell { tab: string; row: number; column: number; number: number }
interface Live { settings: LiveSettings; names: Record<string, string>; ranges: Record<string, [number, number]>; formula?: string; rests?: string[]; kernels?: string; source?: Source }
// The convolution whose map goes in, where it is its settings that are changed: of the picture that is held.
interface Source { held: string; divisor: number; channels: number[]; input?: Levels }
type Kernels = Map<string, { weight?: Float64Array; factor?: [number, number]; refused?: string }> & { shares: number[] };

interface Step {
  row: number; column: number; top: number; left: number; values: Float64Array; weights?: Float64Array; terms: Float64Array;
  sums: Float64Array; winner: number; reduced: number; result: number;
}

// What a step's numbers are laid out as (stage/plan.js).
interface Shape { channels: number; kernel: [number, number]; blocks: number; isNamed: boolean; isSummed: boolean }

// What the components of a group tell each other (drawing/link.js).
interface Place {
  asks?: boolean; row?: number; column?: number; y?: number; x?: number; unit?: [number, number]; pixel?: { x: number; y: number } | null;
  isMove?: boolean; isFilling?: boolean; isHidden?: boolean; text?: string; value?: number;
}

// What a setting becomes (drawing/setting.js); `from` is whoever says it.
interface Change { name: string; value: number | string | boolean | number[] | Cell | null; isLive: boolean; from?: object } // null: taken back
interface Standing { group: string | undefined; live: Live }

// ---- the volumes: cnnviz/ui/volumes/message.py ----

interface Unit { layer: number; channel: number; row: number | null; column: number | null }
interface Passage { window: Axis; size: number; outside: Outside; offset: number; spacing?: number }
interface UnitAxis { size: number; jump: number; start: number }
interface Span { first: number; count: number }
// What a layer reads: a layer, −1 the picture; in how many groups, or which maps each map reads; through what, back to it.
interface Branch { at: number; first: number | null; groups: number; reads: number[][] | null; rows: Passage[] | null; columns: Passage[] | null }
interface Seen { rows: Span; columns: Span; maps: Set<number> }

// The picture, and each layer: how many maps of which size, and what their units see of the picture's pixels.
interface Maps { count: number; height: number; width: number; isVector: boolean; rows: UnitAxis; columns: UnitAxis; shape?: number[] }

interface Layer extends Maps {
  name: string; detail: string; note: string; sources: Branch[]; limit: number; limits: number[] | null;
  step: number; exact: boolean; last: number; across: number | null; stacked: boolean; grey: boolean; ink: boolean; off: number[];
  data: Numbers; sent: number; drawnHeight: number; drawnWidth: number;
}

interface Answered { verdict: string; more: string; winner: number; rows: [string, number, string][]; codes: Packed | null }

interface Volumes {
  image: Maps & { depth: number }; picture: Levels; step: number; group: string | null; flat: boolean; scale: string; selected: Unit;
  answer: Answered | null; layers: Layer[]; places: number[]; read?: { key: string; found: Reading[] };
  sight?: { key: string; found: Seen[] };
}
interface ListedNode { name: string; called: string; kind: string; gives: string; parameters: number; multiply_adds: number; sources: number[] }
interface NodesMessage { rows: ListedNode[]; blocks: [number, number][]; given: string; chosen: number; of: string }
interface NodeLine { places: number[]; block: { at: number; first: number; last: number } | null; sources: number[] }
interface LaneLine { lane: number; above: number[]; joins: number[]; below: number[] }
interface Reading { rows: Set<number>; columns: Set<number> }

// ---- the overlay: cnnviz/ui/overlay/message.py ----

type FieldNumbers = [number, number, number];
interface Stop {
  at: number; name: string; sees: string; words: string; note: string; channels: number[];
  fields: [FieldNumbers, FieldNumbers][]; limits: number[]; names: string[]; shorts: string[]; peaks: [number, number][];
}
interface WalkMessage {
  kind: "walk"; stops: Stop[]; size: [number, number]; start: number; cut: string; selected: string; token: string; sizes: string;
  verdict: string; guess: boolean; bars: { name: string; share: number; text: string; id: number }[]; photo: Levels; whole: Levels;
}
interface PanelTold {
  title: string; words: string; photo: string; signed: boolean; sight: number[] | null; patch: number[] | null; level: number;
  asks: string; at: [number, number]; fields: [FieldNumbers, FieldNumbers]; limit?: number;
}
interface PanelsMessage { kind: "panels"; panels: PanelTold[]; more: boolean }
interface SheetMessage { kind: "sheet"; order: number[]; chosen: number; names: string[]; limits: number[]; maps: Levels }

// A map over the photo, and one of its units.
interface OverlayMap {
  height: number; width: number; rows: UnitAxis; columns: UnitAxis; numbers: Numbers; limit?: number; name?: string; peak?: [number, number];
  stop?: number; channel?: number; short?: string;
}
interface OverlayUnit { stop: number; channel: number; row: number | null; column: number | null }

// ---- the others, each by the docstring of its folder ----

interface Learning {
  run: number; state: string; words: { state: string; told: string; held: string }; step: number; steps: number; loss: number;
  held: string; trained: string; layer: string; of: number; batch: number; line: string; foreseen?: boolean;
  answers: { label: number; guess: number; sure: number }[]; own_name: string; own_label: number | null; is_empty: boolean;
  before: Packed; now: Packed; move: Packed; curve_steps: Packed; curve_loss: Packed; curve_train: Packed; held_steps: Packed;
  held_share: Packed; digits: Levels; own: Levels; own_maps: Packed; own_shares: Packed;
}
interface CurveMessage {
  key: string; name: string; formula: string; slope: string; group: string; reach: number; flat: number; counts: Packed;
}
interface StampsMessage {
  rows: Axis; columns: Axis; twin: [Axis, Axis]; size: [number, number]; divisor: number; group: string; name: string;
  input: Packed; whole: Packed; counts: Packed; weight: Packed;
}
interface PixelsMessage { divisor: number; levels: Levels }
interface SizesMessage {
  letters: [string, string]; strides: number[]; paddings: number[];
  cells: { text: string; why: string; mark: string; kept: boolean }[][];
}
interface GridMessage { tabs: Record<string, { text: string[][]; values: number[][] }>; error: string; read: unknown; size: number[]; square: boolean; kernels: string; own: boolean }
interface PadMessage { fill: string; ready: boolean; drawing: string; points: number; strokes: number; refused: string }
interface DialMessage { name: string; label: string; value: number; range: [number, number]; words: string; help: string; act: string }
interface PanelMessage {
  controls: { name: string; kind: string }[]; heard: number;
  alone: boolean; // whether it stands in a part of the page that runs by itself
}
// The stage's own filter first; `others` can be added.
interface CompareMessage {
  picture: string; divisor: number; live: Live; group: string; scale: string; others: string[];
  tiles: { name: string; finds: string; kernels: string }[];
}
interface LandmarksMessage { current: string; sidebar: string }

// ---- what the browser and the door give ----

type Colour = number[]; // red, green, blue; perhaps opacity
declare const PRGN: Colour[];
declare const PRGN_DARK: Colour[];
interface Theme {
  dark: boolean; background: string; signed: Colour[]; text: string; muted: string; border: string; font: string; window: string;
  padding: Colour; paddingLine: string; unread: string; unreadLine: string; reached: string; positive: string; negative: string;
}
interface Window { cnnvizActs?: unknown }
interface Event { key?: string; pointerType?: string }
