// @ts-check
/**
 * What the timeline draws for a window of steps: rows, and bars, hops and arcs between them. Pure:
 * places are in steps and rows, not in pixels.
 */

import { isEnd } from "../scene.js";
import { isFrame, stepAt } from "../trace.js";

/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Step} Step */
/** @typedef {import("../history.js").Life} Life */
/** @typedef {import("../scene.js").FrameState} FrameState */

/** @typedef {{actor: number | null, kind: "loop" | "task" | "frame", depth: number}} Row */
/** @typedef {{row: number, from: number, to: number, state: FrameState}} Bar */
/** @typedef {{at: number, from: number, to: number, kind: string}} Hop an arrow between two rows, or a sign on one */
/** @typedef {{from: number, fromRow: number, to: number, toRow: number}} Arc from a cause to what it is behind */
/** @typedef {{rows: Row[], bars: Bar[], hops: Hop[], arcs: Arc[], trail: Arc[]}} Layout */
/** @typedef {{first: number, last: number}} Window */

const LANES_SHOWN = 40;
const DEPTH_SHOWN = 8;

/**
 * The window that step `step` is seen in. It turns like a page, well before the step reaches its
 * edge: from one step to the next nothing but the playhead moves.
 * @param {number} step
 * @param {number} total
 * @param {number} size
 * @returns {Window}
 */
export function windowAround(step, total, size) {
  if (total <= size * 1.5) return { first: 0, last: Math.max(total, 1) };
  const page = Math.floor((size * 2) / 3);
  const margin = Math.floor((size - page) / 2);
  const first = Math.min(Math.max(Math.floor(step / page) * page - margin, 0), total - size);
  return { first, last: first + size };
}

/**
 * For every run of a handle, and every timer that is due, the step that asked for it, and it.
 * @param {Trace} trace
 * @returns {[number, number][]}
 */
export function schedulesOf(trace) {
  const { kind = [], via = [], cause = [] } = trace.steps;
  const run = trace.kinds.indexOf("run");
  const due = trace.vias.indexOf("timer due");
  /** @type {[number, number][]} */
  const pairs = [];
  cause.forEach((asked, index) => {
    if (asked !== null && (kind[index] === run || via[index] === due)) pairs.push([asked + 1, index + 1]);
  });
  return pairs;
}

/**
 * @param {Trace} trace
 * @param {Map<number, Life>} lives
 * @param {[number, number][]} schedules
 * @param {Window} window
 * @param {number[]} followed the steps of a trail, each the cause of the one before it
 * @returns {Layout}
 */
export function layOut(trace, lives, schedules, window, followed = []) {
  const lanes = lanesIn(trace, lives, window);
  const { rows, rowOf } = rowsFor(trace, lives, lanes);
  /** @type {Bar[]} */
  const bars = [];
  for (const life of lanes) bars.push(...barsOf(life, rowOf.get(life.actor) ?? 0, window));
  const place = (/** @type {number | null} */ id) => rowFor(trace, rowOf, id);
  /** @type {Hop[]} */
  const hops = [];
  for (let index = window.first; index < Math.min(window.last, trace.length); index += 1) {
    const hop = hopOf(stepAt(trace, index), trace, place);
    if (hop) hops.push(hop);
  }
  const arcs = inWindow(window, schedules).map(([asked, goes]) => {
    const { from, task, to } = stepAt(trace, asked - 1);
    return { from: asked, fromRow: place(from) ?? place(task) ?? 0, to: goes, toRow: place(to) ?? 0 };
  });
  const rowOfStep = (/** @type {number} */ step) => hopOf(stepAt(trace, step - 1), trace, place)?.from ?? 0;
  const pairs = followed.slice(1).map((cause, at) => /** @type {[number, number]} */ ([cause, followed[at]]));
  const trail = inWindow(window, pairs).map(([from, to]) => ({ from, fromRow: rowOfStep(from), to, toRow: rowOfStep(to) }));
  return { rows, bars, hops, arcs, trail };
}

/**
 * The frames alive in the window; where they are too many, those that do something in it.
 * @param {Trace} trace
 * @param {Map<number, Life>} lives
 * @param {Window} window
 */
function lanesIn(trace, lives, { first, last }) {
  const hasLoop = trace.actors.some(({ kind }) => kind === "loop");
  const resumers = new Set([...lives.values()].map(({ parent, task }) => (task === null ? parent : null)));
  const alive = [...lives.values()].filter((life) => {
    const isOver = isEnd(life.states.at(-1));
    // While a loop runs the module only waits for it, unless it resumes frames itself.
    const isWaiting = hasLoop && trace.actors[life.actor]?.kind === "module" && !resumers.has(life.actor);
    return !isWaiting && (life.starts[0] ?? 0) <= last && (!isOver || (life.starts.at(-1) ?? 0) > first);
  });
  if (alive.length <= LANES_SHOWN) return alive;
  const moving = alive.filter(({ starts }) => starts.some((start) => start >= first && start <= last));
  return moving.slice(0, LANES_SHOWN);
}

/**
 * @param {Trace} trace
 * @param {Map<number, Life>} lives
 * @param {Life[]} lanes
 */
function rowsFor(trace, lives, lanes) {
  /** @type {Row[]} */
  const rows = [];
  /** @type {Map<number, number>} */
  const rowOf = new Map();
  const add = (/** @type {Row} */ row) => {
    if (row.actor !== null) rowOf.set(row.actor, rows.length);
    rows.push(row);
  };
  const loop = trace.actors.find(({ kind }) => kind === "loop");
  if (loop) add({ actor: loop.id, kind: "loop", depth: 0 });
  const chosen = new Map(lanes.map((life) => [life.actor, life]));
  for (const task of [...new Set(lanes.map((life) => life.task))].sort((a, b) => (a ?? -1) - (b ?? -1))) {
    if (task !== null) add({ actor: task, kind: "task", depth: 0 });
    const own = lanes.filter((life) => life.task === task);
    for (const life of inOrderOfDelegation(own, chosen)) {
      add({ actor: life.actor, kind: "frame", depth: Math.min(depthOf(life, lives), DEPTH_SHOWN) });
    }
  }
  return { rows, rowOf };
}

/**
 * Each frame below the one that entered it.
 * @param {Life[]} lanes of one task, by first appearance
 * @param {Map<number, Life>} chosen
 */
function inOrderOfDelegation(lanes, chosen) {
  /** @type {Map<number | null, Life[]>} */
  const below = new Map();
  for (const life of lanes) {
    const parent = life.parent !== null && chosen.get(life.parent)?.task === life.task ? life.parent : null;
    below.set(parent, [...(below.get(parent) ?? []), life]);
  }
  /** @type {Life[]} */
  const ordered = [];
  const open = [...(below.get(null) ?? [])].reverse();
  for (let life = open.pop(); life; life = open.pop()) {
    ordered.push(life);
    open.push(...[...(below.get(life.actor) ?? [])].reverse());
  }
  return ordered;
}

/**
 * @param {Life} life
 * @param {Map<number, Life>} lives
 */
function depthOf(life, lives) {
  let depth = 0;
  for (let up = lives.get(life.parent ?? -1); up?.task === life.task && depth < DEPTH_SHOWN; up = lives.get(up?.parent ?? -1)) depth += 1;
  return depth;
}

/**
 * @param {Life} life
 * @param {number} row
 * @param {Window} window
 * @returns {Bar[]}
 */
function barsOf({ starts, states }, row, { first, last }) {
  /** @type {Bar[]} */
  const bars = [];
  for (let at = lastNotAfter(starts, first); at < starts.length; at += 1) {
    const from = starts[at] ?? 0;
    const state = states[at];
    if (from > last || state === undefined) break;
    const to = starts[at + 1] ?? last;
    if (!isEnd(state)) bars.push({ row, from: Math.max(from, first), to: Math.min(to, last), state });
  }
  return bars;
}

/**
 * The position of the last start not after `step`, or 0.
 * @param {number[]} starts
 * @param {number} step
 */
function lastNotAfter(starts, step) {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= step) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/**
 * The row an actor is drawn on: its own, or that of the task or future it belongs to.
 * @param {Trace} trace
 * @param {Map<number, number>} rowOf
 * @param {number | null} id
 * @returns {number | undefined}
 */
function rowFor(trace, rowOf, id) {
  if (id === null) return undefined;
  const own = rowOf.get(id);
  if (own !== undefined) return own;
  const actor = trace.actors[id];
  if (isFrame(actor)) return undefined;
  return actor?.of !== undefined ? rowOf.get(actor.of) : undefined;
}

/**
 * @param {Step} step
 * @param {Trace} trace
 * @param {(id: number | null) => number | undefined} place
 * @returns {Hop | null}
 */
function hopOf(step, trace, place) {
  const isHop = isFrame(trace.actors[step.to ?? -1]) || isFrame(trace.actors[step.from ?? -1]);
  // What is abandoned is left by nobody: its sign is on its own lane.
  const from = place(step.kind === "abandon" ? step.to : step.from) ?? place(step.task) ?? place(step.to);
  const to = isHop && step.kind !== "schedule" ? (place(step.to) ?? from) : from;
  if (from === undefined || to === undefined) return null;
  return { at: step.index + 1, from, to, kind: step.kind };
}

/**
 * The arcs that begin or end in the window; one that only passes over it would tell nothing.
 * @param {Window} window
 * @param {[number, number][]} arcs
 */
function inWindow({ first, last }, arcs) {
  const isWithin = (/** @type {number} */ step) => step >= first && step <= last;
  return arcs.filter(([from, to]) => isWithin(from) || isWithin(to));
}
