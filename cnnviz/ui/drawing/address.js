// What the link says of a place that the visitor goes to in the browser alone: no run of the page, no entry in the
// history. Python reads it with the next run.

// A place as a link says it, "2.5.10.12": its numbers, counted from 1; and back, [] for what says none.
export const placeText = (parts) => parts.map((part) => part + 1).join(".");
export const placeIn = (text) =>
  (/^[1-9]\d*(\.[1-9]\d*){1,3}$/.test(text ?? "") ? text.split(".").map((part) => Number(part) - 1) : []);

// The value of `key` in a search such as "?k=5&at=3.7", or null.
export const inLink = (search, key) => new URLSearchParams(search).get(key);

// The same search with `key` saying `text`; all else as it stands, letter by letter.
export function withInLink(search, key, text) {
  const pair = `${encodeURIComponent(key)}=${encodeURIComponent(text)}`;
  const parts = search.replace(/^\?/, "").split("&").filter(Boolean);
  const at = parts.findIndex((part) => part.split("=")[0] === encodeURIComponent(key));
  if (at < 0) parts.push(pair); else parts[at] = pair;
  return `?${parts.join("&")}`;
}

export function sayInLink(key, text) {
  if (inLink(location.search, key) === text) return;
  history.replaceState(history.state, "", location.pathname + withInLink(location.search, key, text) + location.hash);
}
