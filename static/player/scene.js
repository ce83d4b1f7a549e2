// @ts-check
/**
 * What the stage shows at one step. A scene holds facts of the run only, no pixels: the same scene
 * is drawn by the browser and by whatever else draws one.
 */

import { isDelegation } from "./trace.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {"created" | "running" | "suspended" | "finished" | "raised" | "abandoned"} FrameState */

/**
 * Where a delegator stands in PEP 380's expansion of its `yield from`, and the expansion's own
 * variables. It is kept with the inner end of the link: a frame has at most one delegator.
 * @typedef {object} Expansion
 * @property {"start" | "yield" | "next" | "send" | "throw" | "close" | "closed" | "result" | "refused"} at
 * @property {"throw" | "close" | null} by the branch of the expansion that was last entered, if not the usual one
 * @property {string | null} y
 * @property {string | null} s
 * @property {string | null} r
 * @property {string | null} e
 */

/**
 * Frozen: a scene that is copied shares its frames with the copy.
 * @typedef {Readonly<{
 *   id: number,
 *   state: FrameState,
 *   line: number | null,
 *   up: number | null,
 *   via: string | null,
 *   task: number | null,
 *   entered: boolean,
 *   args: string | null,
 *   expansion: Expansion | null,
 * }>} Frame `line`: where it stands; `up`: who resumed it last (who created it, before that); `args`: what it was called with
 */

/** @typedef {Readonly<{id: number, state: "new" | "ready" | "running" | "waiting" | "done" | "abandoned", steps: number, waitingFor: number | null, cancelling: boolean}>} Task */
/** @typedef {Readonly<{via: string | null, value: string | null}>} Settled how a future or task was settled */
/** @typedef {Readonly<{handle: number, due: string}>} Timer */

/**
 * @typedef {object} Scene
 * @property {number} step how many steps have been applied
 * @property {number} time loop time in seconds
 * @property {Map<number, Frame>} frames every frame that was created or entered and has not ended before the last step
 * @property {number[]} stack who is running, outermost first; the last is in control
 * @property {number | null} ended what the last step ended or abandoned: it is shown once more
 * @property {Frame | null} refused what the last step asked for in vain, as the inner end of the link that did not come about
 * @property {number | null} focus the inner end of the link the last delegating step went over
 * @property {Map<number, Task>} tasks
 * @property {Map<number, Settled>} settled
 * @property {Map<number, number[]>} waiters the tasks whose wakeup is among a future's done callbacks
 * @property {{seen: boolean, iteration: number, running: number | null, ready: number[], timers: Timer[]}} loop
 */

/**
 * Does a frame in this state no longer run?
 * @param {FrameState | undefined} state
 */
export const isEnd = (state) => state === "finished" || state === "raised" || state === "abandoned";

/** @returns {Scene} */
export const emptyScene = () => ({
  step: 0,
  time: 0,
  frames: new Map(),
  stack: [],
  ended: null,
  refused: null,
  focus: null,
  tasks: new Map(),
  settled: new Map(),
  waiters: new Map(),
  loop: { seen: false, iteration: 0, running: null, ready: [], timers: [] },
});

/**
 * A scene that can be folded on without changing this one.
 * @param {Scene} scene
 * @returns {Scene}
 */
export const copyScene = (scene) => ({
  ...scene,
  frames: new Map(scene.frames),
  stack: [...scene.stack],
  tasks: new Map(scene.tasks),
  settled: new Map(scene.settled),
  waiters: new Map(scene.waiters),
  loop: { ...scene.loop, ready: [...scene.loop.ready], timers: [...scene.loop.timers] },
});

/**
 * How much a copy of the scene costs, in entries.
 * @param {Scene} scene
 */
export const sizeOf = ({ frames, tasks, settled, waiters, stack, loop }) =>
  frames.size + tasks.size + settled.size + waiters.size + stack.length + loop.ready.length + loop.timers.length;

/**
 * The running frames that have a line in the snippet, innermost first: where the code is being run,
 * and from where. What is outside of the event loop is left out: the module waits for the loop.
 * @param {Scene} scene
 * @param {Trace} trace
 * @returns {Frame[]}
 */
export function runningFrames(scene, trace) {
  /** @type {Frame[]} */
  const running = [];
  for (let at = scene.stack.length - 1; at >= 0; at -= 1) {
    const id = scene.stack[at] ?? -1;
    const frame = scene.frames.get(id);
    if (frame?.state === "running" && frame.line !== null) running.push(frame);
    if (trace.actors[id]?.kind === "loop") break;
  }
  return running;
}

/**
 * The inner end of the link whose PEP 380 expansion is worth a look.
 * @param {Scene} scene
 * @returns {Frame | null}
 */
export function focusedLink(scene) {
  if (scene.refused && isDelegation(scene.refused.via)) return scene.refused;
  const frame = scene.focus === null ? undefined : scene.frames.get(scene.focus);
  return frame && isDelegation(frame.via) ? frame : null;
}
