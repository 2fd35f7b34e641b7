// A component in its place, as Streamlit calls for it: also where a call that another has overtaken comes the later.
import assert from "node:assert/strict";
import test from "node:test";

Object.assign(globalThis, {
  PRGN: [], PRGN_DARK: [],
  ResizeObserver: class { observe() {} disconnect() {} },
  getComputedStyle: () => ({ getPropertyValue: () => "" }),
  document: { createElement: () => ({ getContext: () => ({ fillRect() {}, getImageData: () => ({ data: [255, 255, 255] }) }) }) },
});
const { View, mount } = await import("../../cnnviz/ui/drawing/mount.js");

const made = [];
class Shown extends View {
  received = []; isLeft = false; isShown = true;

  constructor() {
    super();
    this.root = { style: { setProperty() {} }, setAttribute: () => {} };
    this.frame = { remove: () => { this.isShown = false; } };
    made.push(this);
  }

  receive(data) { this.received.push(data); }
  leave() { this.isLeft = true; }
}
const show = mount(Shown), later = () => new Promise((done) => setTimeout(done, 5));
const place = () => ({ isConnected: true, append() {} });
const call = (parentElement, data) => show({ data, parentElement, setTriggerValue() {} });

test("a call that was overtaken and comes late takes nothing away, whatever its cleanup", async () => {
  const parent = place();
  call(parent, "newer");
  call(parent, "older")(); // at once, as Streamlit does for one that is no longer wanted
  await later();
  const [view] = made.splice(0);
  assert.deepEqual(view.received, ["newer", "older"]);
  assert.ok(view.isShown && !view.isLeft);
});

test("a view goes with its place, once, and another place has another", async () => {
  const parent = place(), cleanup = call(parent, "one");
  call(parent, "two"); // new data: the cleanup before is not run
  parent.isConnected = false;
  cleanup();
  cleanup();
  await later();
  const [view] = made.splice(0);
  assert.ok(!view.isShown && view.isLeft && view.isGone);
  call(place(), "three");
  assert.equal(made.splice(0).length, 1);
});
