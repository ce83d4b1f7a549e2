// @ts-check
/**
 * The scene at any step, and when each frame ran: both from one pass over the trace.
 */

import { fold } from "./fold.js";
import { copyScene, emptyScene, sizeOf } from "./scene.js";
import { isFrame, stepAt } from "./trace.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./scene.js").FrameState} FrameState */

/**
 * @typedef {object} Life of a frame: the stretches in which it was in one state
 * @property {number} actor
 * @property {number | null} parent the frame that entered it first, or created it; its task, where it is a task's coroutine
 * @property {number | null} task
 * @property {string | null} args what it was created with
 * @property {number[]} starts the step after which each state began, ascending
 * @property {FrameState[]} states
 */

/** @typedef {{lives: Map<number, Life>, sceneAt: (step: number) => Scene}} History */

const SNAPSHOT_EVERY = 256;

/**
 * @param {Trace} trace
 * @returns {History}
 */
export function historyOf(trace) {
  /** @type {Map<number, Life>} */
  const lives = new Map();
  const scene = emptyScene();
  const snapshots = [copyScene(scene)];
  let next = SNAPSHOT_EVERY;
  for (let index = 0; index < trace.length; index += 1) {
    const step = stepAt(trace, index);
    fold(scene, step, trace);
    note(lives, scene, trace, step.from);
    note(lives, scene, trace, step.to);
    if (scene.step >= next) {
      snapshots.push(copyScene(scene));
      // As many steps apart as a copy has entries: all snapshots together stay as small as the trace.
      next = scene.step + Math.max(SNAPSHOT_EVERY, sizeOf(scene));
    }
  }
  // Also the coroutine of a task that never starts is its task's, and no longer its maker's.
  for (const [task, coroutine] of trace.coroutines) {
    const life = lives.get(coroutine);
    if (life) life.parent = life.task = task;
  }
  return { lives, sceneAt: (step) => sceneFrom(trace, snapshots, step) };
}

/**
 * The scene after `count` steps.
 * @param {Trace} trace
 * @param {Scene[]} snapshots in order, the first before any step
 * @param {number} count
 */
function sceneFrom(trace, snapshots, count) {
  const nearest = snapshots.filter((snapshot) => snapshot.step <= count).at(-1);
  const scene = nearest ? copyScene(nearest) : emptyScene();
  for (let index = scene.step; index < count; index += 1) fold(scene, stepAt(trace, index), trace);
  if (count === trace.length) endRun(scene, trace);
  return scene;
}

/**
 * A run that came to its own end has left the module; a recording that was cut has not.
 * @param {Scene} scene
 * @param {Trace} trace
 */
function endRun(scene, trace) {
  const { kind } = trace.outcome;
  if (kind !== "finished" && kind !== "exception" && kind !== "exit") return;
  for (const [id, frame] of scene.frames) {
    if (trace.actors[id]?.kind !== "module") continue;
    scene.frames.set(id, Object.freeze({ ...frame, state: kind === "exception" ? "raised" : "finished" }));
    scene.stack.length = 0;
  }
}

/**
 * @param {Map<number, Life>} lives
 * @param {Scene} scene
 * @param {Trace} trace
 * @param {number | null} id
 */
function note(lives, scene, trace, id) {
  if (id === null || !isFrame(trace.actors[id])) return;
  const frame = scene.frames.get(id);
  if (!frame) return;
  const life = lives.get(id) ?? { actor: id, parent: null, task: null, args: null, starts: [], states: [] };
  const last = life.states.at(-1);
  if (last === frame.state) return;
  // A function is called again and again with other arguments: its life is that of all its calls.
  if (frame.state === "created") life.args = frame.args;
  if (last === undefined || last === "created") {
    life.parent = frame.up;
    life.task = frame.task;
    lives.set(id, life);
  }
  life.starts.push(scene.step);
  life.states.push(frame.state);
}
