// Takes in what is to be held; it draws nothing.
import { opened } from "../drawing/envelope.js";
import { hold } from "../drawing/held.js";

/** @param {{ data: Uint8Array }} told */
export default function ({ data }) {
  if (!data) return;
  const { kind, id, ...value } = opened(data);
  hold(kind, id, value);
}
