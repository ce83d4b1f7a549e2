// @ts-check
/**
 * How each kind of step looks: its glyph here, its colour in `tokens.css` under the same name.
 */

import { svg } from "./dom.js";
import { isDelegation } from "./trace.js";

/** Strokes in a box of 16 by 16. @type {Record<string, string>} */
const GLYPHS = {
  create: "M8 3v10M3 8h10",
  send: "M8 2v11.5M3.5 9 8 13.5 12.5 9",
  throw: "M9.5 1.5 5 8h5.5L6 14.5M5.5 10.5l.5 4 4-1.5",
  close: "M8 1v6.5M5 5l3 3 3-3M4.5 10.5l7 4.5M11.5 10.5l-7 4.5",
  yield: "M8 14V2.5M3.5 7 8 2.5 12.5 7",
  return: "M8 14.5V6M4 9.5 8 5.5l4 4M3 2h10",
  raise: "M6.5 14.5 11 8H5.5L10 1.5M10.5 5.5l-.5-4-4 1.5",
  tick: "M13 8a5 5 0 1 1-1.7-3.8M13 1.5v3.5H9.5",
  schedule: "M2 3.5h6M2 8h4M2 12.5h6M9 8h5.5M12 5.5 14.5 8 12 10.5",
  unschedule: "M2 3.5h6M2 8h4M2 12.5h6M9.5 5.5l5 5M14.5 5.5l-5 5",
  run: "M4.5 2.5v11l9-5.5z",
  ran: "M3.5 3.5h9v9h-9z",
  spawn: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 1 0 8 1.8M8 5v6M5 8h6",
  wait: "M5.5 3v10M10.5 3v10",
  settle: "M2.5 8.5 6.5 12.5 13.5 4",
  cancel: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 1 0 8 1.8M5.5 5.5l5 5M10.5 5.5l-5 5",
  call: "M2 8h8.5M7 4.5 10.5 8 7 11.5M14 2.5v11",
  exit: "M14 8H5.5M9 4.5 5.5 8 9 11.5M2 2.5v11",
  print: "M2.5 3.5 7 8l-4.5 4.5M8.5 12.5h5",
  refuse: "M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2zM4.5 8h7",
  abandon: "M3 14V7.5a5 5 0 0 1 10 0V14l-2.5-2L8 14l-2.5-2zM6.3 7.5v.1M9.7 7.5v.1",
  note: "M3 1.8h7l3 3v9.4H3zM5.5 7h5M5.5 10.5h5",
};

/**
 * @param {string} kind
 * @param {Record<string, string | number>} [attributes] where it is part of a larger drawing
 */
export function glyph(kind, attributes = {}) {
  return svg(
    "svg",
    { class: "tp-glyph", viewBox: "0 0 16 16", width: 12, height: 12, "aria-hidden": "true", ...attributes },
    svg("path", { d: GLYPHS[kind] ?? "" }),
  );
}

/**
 * What a step is called beside its glyph: only the frame whose `yield` it is yields.
 * @param {import("./trace.js").Step} step
 */
export const kindName = ({ kind, via }) => (kind === "yield" && isDelegation(via) ? "pass up" : kind);

/**
 * The class that gives an element the colour of a kind.
 * @param {string} kind
 */
export const kindClass = (kind) => `tp-kind-${kind}`;
