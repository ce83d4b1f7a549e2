// @ts-check
/** The delegation chains: a card per frame, a link per delegation, a column per task. */

import { html, reveal } from "../dom.js";
import { glyph, kindClass } from "../kinds.js";
import { actorName } from "../narrate.js";
import { isEnd } from "../scene.js";
import { isDelegation, isFrame, iteratedFuture, withArguments } from "../trace.js";
import { forestOf } from "./forest.js";

/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../scene.js").Frame} Frame */
/** @typedef {import("../trace.js").Step} Step */
/** @typedef {import("../stage.js").Shown} Shown */
/** @typedef {import("./forest.js").Node} Node */

const PLAIN_SELF = /^self=<[^<>]* object>(, |$)/;

/** @type {Record<string, string>} */
const LIBRARIES = { asyncio: "asyncio", stdlib: "standard library" };

/** What became of a task that was abandoned, by the `via` of the step. @type {Record<string, string>} */
const ABANDONED = { "destroyed pending": "destroyed while pending", "never retrieved": "exception never retrieved" };

/**
 * @param {Trace} trace
 * @returns {{element: HTMLElement, show: (shown: Shown) => void}}
 */
export function chainsPanel(trace) {
  const sourceLines = trace.source.split("\n");
  const field = html("div", "tp-chains");
  const scroller = html("div", { class: "tp-scroll", role: "region", tabindex: "0", "aria-label": "Delegation chains" }, field);
  const element = html("section", "tp-panel tp-panel-chains", html("h2", "tp-title", "Delegation chains"), scroller);

  return {
    element,
    show(shown) {
      const { columns, left } = forestOf(shown.scene, trace, shown.step);
      const drawn = columns.map(({ task, roots }) => columnElement({ ...shown, trace, sourceLines }, task, roots));
      if (left) drawn.push(html("p", "tp-left", `${left} more tasks`));
      if (drawn.length === 0) drawn.push(html("p", "tp-hint", "No frame has been entered yet."));
      field.replaceChildren(...drawn);
      for (const id of [shown.step?.from, shown.step?.to]) {
        const card = id === undefined || id === null ? undefined : shown.anchors.get(id);
        if (card && scroller.contains(card)) reveal(scroller, card, { sideways: true });
      }
    },
  };
}

/** @typedef {Shown & {trace: Trace, sourceLines: string[]}} Drawing */

/**
 * @param {Drawing} drawing
 * @param {number | null} task
 * @param {Node[]} roots
 */
function columnElement(drawing, task, roots) {
  const trees = roots.map((root) => html("div", "tp-branch", ...nodeElements(drawing, root, task === null)));
  const isGone = task !== null && drawing.scene.tasks.get(task)?.state === "abandoned";
  return html("section", isGone ? "tp-column tp-column-gone" : "tp-column", headline(drawing, task), html("div", "tp-branches", ...trees));
}

/**
 * @param {Drawing} drawing
 * @param {number | null} id
 */
function headline({ scene, trace, step, anchors }, id) {
  const task = id === null ? undefined : scene.tasks.get(id);
  if (!task) return html("h3", "tp-headline", scene.loop.seen ? html("span", "tp-quiet", "outside of tasks") : "Caller");
  const sign = task.state === "abandoned" && glyph("abandon");
  const state = html("span", `tp-task-${task.state}`, sign, sign && " ", taskState(scene, trace, step, task));
  const element = html("h3", "tp-headline", actorName(trace, task.id), " ", state);
  if (task.cancelling) element.append(" ", html("span", "tp-cancelling", "cancellation requested"));
  anchors.set(task.id, element);
  return element;
}

/**
 * @param {Scene} scene
 * @param {Trace} trace
 * @param {Step | null} step the last one applied
 * @param {import("../scene.js").Task} task
 */
function taskState(scene, trace, step, { id, state, steps, waitingFor }) {
  switch (state) {
    case "new":
      return "made";
    case "running":
      return steps === 1 ? "running its first step" : `running step ${steps}`;
    case "waiting":
      return `waiting for ${actorName(trace, waitingFor)}`;
    case "done":
      return settledState(scene, id);
    case "abandoned":
      return ABANDONED[step?.via ?? ""] ?? state;
    default:
      return steps === 0 ? "ready for its first step" : "ready";
  }
}

/**
 * @param {Scene} scene
 * @param {number} id of a future or a task
 */
function settledState(scene, id) {
  const settled = scene.settled.get(id);
  if (!settled) return "pending";
  if (settled.via === "cancellation") return "cancelled";
  return settled.via === "exception" ? `done: ${settled.value} raised` : `done: ${settled.value}`;
}

/**
 * A node with its link above it and its branches below.
 * @param {Drawing} drawing
 * @param {Node} node
 * @param {boolean} isFree nothing stands above it that it could be linked to
 * @returns {HTMLElement[]}
 */
function nodeElements(drawing, node, isFree) {
  const below = node.children.map((child) => html("div", "tp-branch", ...nodeElements(drawing, child, false)));
  const branches = below.length ? [html("div", "tp-branches", ...below)] : [];
  if ("left" in node) return [html("p", "tp-left", `… ${node.left} more …`), ...branches];
  const { frame } = node;
  const future = iteratedFuture(drawing.trace.actors[frame.id]);
  const card = future === null ? frameCard(drawing, frame) : futureCard(drawing, frame, future);
  drawing.anchors.set(frame.id, card);
  const isLinked = !isFree && isFrame(drawing.trace.actors[frame.id]);
  return [...(isLinked ? [linkElement(frame)] : []), card, ...branches];
}

/** @param {Frame} frame */
function linkElement(frame) {
  const how = frame.entered ? (isDelegation(frame.via) ? "delegates" : "calls") : "creates";
  const label = html("span", "tp-link-label", frame.entered ? (frame.via ?? "") : "created");
  return html("div", `tp-link tp-link-${how} tp-link-${frame.state}`, label);
}

/**
 * @param {Drawing} drawing
 * @param {Frame} frame
 */
function frameCard({ scene, trace, step, sourceLines }, frame) {
  const actor = trace.actors[frame.id];
  const control = scene.stack.at(-1) === frame.id ? " tp-in-control" : "";
  const called = actorName(trace, frame.id);
  const title = withArguments(called, actor, frame.args);
  // A method's object that has no better description tells nothing, and would take the room of what does.
  const name = withArguments(called, actor, frame.args?.replace(PLAIN_SELF, "") ?? null);
  const isOver = scene.refused === frame && isEnd(frame.state);
  return html(
    "div",
    `tp-card tp-frame-${frame.state}${control}`,
    html("span", { class: "tp-card-name", title }, name),
    badgeOf(frame, step),
    html("span", "tp-card-line", isOver ? "has finished" : placeOf(actor, frame, sourceLines)),
  );
}

/**
 * What a frame is doing, or what has just become of it.
 * @param {Frame} frame
 * @param {Step | null} step the last one applied
 */
function badgeOf(frame, step) {
  const isNews = step?.to === frame.id && (step.kind === "refuse" || step.kind === "abandon");
  if (!isNews) return html("span", "tp-badge", frame.state);
  const says = step.kind === "refuse" ? "refuses" : step.via;
  return html("span", `tp-badge tp-badge-news ${kindClass(step.kind)}`, glyph(step.kind, { width: 11, height: 11 }), says);
}

/**
 * @param {import("../trace.js").Actor | undefined} actor
 * @param {Frame} frame
 * @param {string[]} sourceLines
 */
function placeOf(actor, frame, sourceLines) {
  if (actor?.kind === "iterator") return "iterator without a Python frame";
  const line = frame.line;
  if (line === null) return LIBRARIES[actor?.home ?? ""] ?? actor?.kind ?? "";
  return `${line} ${sourceLines[line - 1]?.trim() ?? ""}`;
}

/**
 * The tasks whose wakeup a future has among its done callbacks. It may have other callbacks, of
 * which no step tells: where no task waits, nothing can be said.
 * @param {Scene} scene
 * @param {Trace} trace
 * @param {number} future
 */
function waiting(scene, trace, future) {
  const names = (scene.waiters.get(future) ?? []).map((task) => actorName(trace, task));
  return names.length ? `, ${names.join(", ")} ${names.length === 1 ? "waits" : "wait"}` : "";
}

/**
 * The end of a chain: the iterator of the future that its frames wait for, and how that future is.
 * @param {Drawing} drawing
 * @param {Frame} frame of the future's iterator
 * @param {number} future
 */
function futureCard({ scene, trace, anchors }, frame, future) {
  const settled = scene.settled.get(future);
  const state = settled ? (settled.via === "cancellation" ? "cancelled" : "done") : "pending";
  const name = actorName(trace, frame.id);
  const about = `${actorName(trace, future)} ${settledState(scene, future)}${waiting(scene, trace, future)}`;
  const card = html(
    "div",
    `tp-card tp-future tp-future-${state} tp-frame-${frame.state}`,
    html("span", { class: "tp-card-name", title: name }, name),
    html("span", "tp-badge", frame.state),
    html("span", { class: "tp-card-line", title: about }, about),
  );
  if (!anchors.has(future)) anchors.set(future, card);
  return card;
}
