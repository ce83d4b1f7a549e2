// @ts-check
/** Draws a layout of the timeline as SVG, and the names of its rows beside it. */

import { html, svg } from "../dom.js";
import { glyph, kindClass } from "../kinds.js";
import { actorName } from "../narrate.js";
import { withArguments } from "../trace.js";

/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("./layout.js").Row} Row */
/** @typedef {import("./layout.js").Hop} Hop */
/** @typedef {import("./layout.js").Arc} Arc */
/** @typedef {{x: (step: number) => number, width: number}} Scale */

/** @type {Record<Row["kind"], number>} */
const HEIGHTS = { loop: 24, task: 22, frame: 18 };
const BAR = 11;
const SIGN = 10;

/**
 * The shape an arrow ends in, and whether it is drawn for an arrow down: an end by an exception or
 * a close looks unlike a value's.
 * @type {Record<string, {path: string, down: boolean}>}
 */
const HEADS = {
  send: { path: "M-4-6H4L0 0z", down: true },
  call: { path: "M-4-6H4L0 0z", down: true },
  throw: { path: "M0-8 4-4 0 0-4-4z", down: true },
  close: { path: "M-4-8 4 0M4-8-4 0", down: true },
  create: { path: "M0-6a3 3 0 1 0 0 6a3 3 0 1 0 0-6z", down: true },
  yield: { path: "M-4 6H4L0 0z", down: false },
  exit: { path: "M-4 6H4L0 0z", down: false },
  return: { path: "M-4 7H4L0 1zM-4 0H4", down: false },
  raise: { path: "M0 8 4 4 0 0-4 4z", down: false },
};

/**
 * @param {Row[]} rows
 * @returns {{middles: number[], height: number}}
 */
function heightsOf(rows) {
  let height = 0;
  const middles = rows.map(({ kind }) => {
    const middle = height + HEIGHTS[kind] / 2;
    height += HEIGHTS[kind];
    return middle;
  });
  return { middles, height };
}

/**
 * @param {Layout} layout
 * @param {Trace} trace
 * @param {Map<number, import("../history.js").Life>} lives
 */
export function rowNames({ rows }, trace, lives) {
  return rows.map(({ actor, kind, depth }) => {
    const name = kind === "loop" ? "loop" : actorName(trace, actor);
    const id = actor ?? -1;
    const title = withArguments(name, trace.actors[id], lives.get(id)?.args ?? null);
    return html("div", { class: `tp-row-name tp-row-${kind} tp-depth-${depth}`, title }, name);
  });
}

/**
 * @param {Layout} layout
 * @param {Scale} scale
 */
export function drawLanes({ rows, bars, hops, arcs, trail }, { x, width }) {
  const { middles, height } = heightsOf(rows);
  const y = (/** @type {number} */ row) => middles[row] ?? 0;
  const curve = (/** @type {Arc} */ { from, fromRow, to, toRow }, /** @type {string} */ name) => {
    const [x1, y1, x2, y2] = [x(from), y(fromRow), x(to), y(toRow)];
    const bend = Math.max((x2 - x1) / 2, 6);
    return svg("path", { class: name, d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` });
  };
  const dot = (/** @type {number} */ step, /** @type {number} */ row) => svg("circle", { class: "tp-trail-dot", cx: x(step), cy: y(row), r: 3.5 });
  const marks = [
    ...rows.map((_, at) => svg("line", { class: "tp-rule", x1: 0, x2: width, y1: y(at), y2: y(at) })),
    ...bars.map((bar) => {
      const from = x(bar.from);
      const length = Math.max(x(bar.to) - from, 2);
      return bar.state === "running"
        ? svg("rect", { class: "tp-bar", x: from, y: y(bar.row) - BAR / 2, width: length, height: BAR, rx: 3 })
        : svg("line", { class: `tp-idle tp-idle-${bar.state}`, x1: from, x2: from + length, y1: y(bar.row), y2: y(bar.row) });
    }),
    ...arcs.map((arc) => curve(arc, "tp-arc")),
    ...hops.map((hop) => hopMark(hop, x(hop.at), y(hop.from), y(hop.to))),
  ];
  return { marks, trail: trail.flatMap((arc) => [curve(arc, "tp-trail-arc"), dot(arc.from, arc.fromRow), dot(arc.to, arc.toRow)]), height };
}

/**
 * @param {Hop} hop
 * @param {number} x
 * @param {number} from
 * @param {number} to
 */
function hopMark({ kind, from: fromRow, to: toRow }, x, from, to) {
  const head = HEADS[kind];
  if (fromRow === toRow || !head) {
    return svg("g", `tp-sign-mark ${kindClass(kind)}`, glyph(kind, { x: x - SIGN / 2, y: from - SIGN / 2, width: SIGN, height: SIGN }));
  }
  // Heads are drawn for the direction their kind usually has; the others are turned round.
  const usual = head.down === to > from;
  return svg(
    "g",
    `tp-hop ${kindClass(kind)}`,
    svg("line", { x1: x, x2: x, y1: from, y2: to }),
    svg("path", { d: head.path, transform: `translate(${x} ${to})${usual ? "" : " scale(1 -1)"}` }),
  );
}
