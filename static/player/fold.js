// @ts-check
/**
 * Folds steps into scenes. What a step changes is one entry of the table `APPLY`; who gave what to
 * whom was decided when the run was recorded and is never inferred here.
 */

import { isDelegation, isFrame } from "./trace.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./trace.js").Step} Step */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./scene.js").Frame} Frame */
/** @typedef {import("./scene.js").Task} Task */
/** @typedef {(scene: Scene, step: Step, trace: Trace) => void} Apply */

/**
 * Changes `scene` by one step. Whoever needs the scene before the step copies it first.
 * @param {Scene} scene
 * @param {Step} step
 * @param {Trace} trace
 */
export function fold(scene, step, trace) {
  const apply = APPLY[step.kind];
  if (!apply) throw new Error(`there is no way to show a step of the kind ${step.kind}`);
  removeEnded(scene);
  scene.step = step.index + 1;
  scene.time = step.time;
  giverStandsAt(scene, step, trace);
  apply(scene, step, trace);
}

/** @type {import("./scene.js").Expansion} */
const UNSTARTED = { at: "start", by: null, y: null, s: null, r: null, e: null };

/** A frame of which no step has told yet. @type {Omit<Frame, "id">} */
const UNKNOWN = { state: "running", line: null, up: null, via: null, task: null, entered: false, args: null, expansion: null };

/** @type {Record<string, Apply>} */
const APPLY = {
  create(scene, step, trace) {
    if (step.to === null) return;
    const actor = trace.actors[step.to];
    const line = actor?.line ?? null;
    change(scene, trace, step.to, { state: "created", line, up: step.from, task: step.task, args: step.value });
  },
  send: (scene, step, trace) => {
    const frame = step.to === null ? undefined : scene.frames.get(step.to);
    // The next request to an async generator is a link of its own.
    const isStart = !frame?.entered || frame.expansion?.at === "result";
    const at = step.value === "None" ? "next" : "send";
    enter(scene, step, trace, isStart ? UNSTARTED : { at, by: null, s: step.value, e: null });
  },
  throw: (scene, step, trace) => enter(scene, step, trace, { at: "throw", by: "throw", e: step.value }),
  close: (scene, step, trace) => enter(scene, step, trace, { at: "close", by: "close", e: "GeneratorExit()" }),
  call(scene, step, trace) {
    enter(scene, step, trace, {});
    if (step.to !== null && isFrame(trace.actors[step.to])) change(scene, trace, step.to, { args: step.value });
  },

  yield: (scene, step, trace) => {
    const ends = endsRequest(step, trace);
    leave(scene, step, trace, "suspended", ends ? { at: "result", r: step.value } : { at: "yield", y: step.value });
  },
  return: (scene, step, trace) => {
    const closed = isClosing(scene, step);
    leave(scene, step, trace, "finished", closed ? { at: "closed" } : { at: "result", r: step.value });
  },
  raise: (scene, step, trace) => {
    const closed = isClosing(scene, step) && step.value?.startsWith("GeneratorExit");
    leave(scene, step, trace, "raised", closed ? { at: "closed" } : { e: step.value });
  },
  exit: (scene, step, trace) => leave(scene, step, trace, step.via === "exception" ? "raised" : "finished", {}),

  tick(scene, step) {
    scene.loop.seen = true;
    scene.loop.iteration += 1;
    if (step.from !== null && !scene.stack.includes(step.from)) scene.stack.push(step.from);
  },
  schedule(scene, step, trace) {
    const handle = step.to;
    if (handle === null) return;
    scene.loop.seen = true;
    if (step.via === "timer") {
      addTimer(scene, handle, step.value ?? "");
      return;
    }
    removeHandle(scene, handle);
    scene.loop.ready.push(handle);
    const { of, role } = trace.actors[handle] ?? {};
    if (of === undefined || (role !== "step" && role !== "wakeup")) return;
    changeTask(scene, of, { state: "ready", waitingFor: null });
  },
  unschedule(scene, step) {
    if (step.to !== null) removeHandle(scene, step.to);
  },
  run(scene, step, trace) {
    const handle = step.to;
    if (handle === null) return;
    removeHandle(scene, handle);
    scene.loop.running = handle;
    pushOnto(scene, step.from, handle);
    const { of, role } = trace.actors[handle] ?? {};
    const task = of !== undefined && role !== "callback" ? scene.tasks.get(of) : undefined;
    if (task) changeTask(scene, task.id, { steps: task.steps + 1, state: "running", waitingFor: null });
  },
  ran(scene, step) {
    scene.loop.running = null;
    popFrom(scene, step.from, step.to);
  },

  spawn(scene, step, trace) {
    if (step.to === null) return;
    scene.tasks.set(step.to, { id: step.to, state: "new", steps: 0, waitingFor: null, cancelling: false });
    const coroutine = trace.coroutines.get(step.to);
    if (coroutine !== undefined && scene.frames.has(coroutine)) change(scene, trace, coroutine, { up: step.to, task: step.to });
  },
  wait(scene, step) {
    if (step.from === null || step.to === null) return;
    changeTask(scene, step.from, { state: "waiting", waitingFor: step.to });
    scene.waiters.set(step.to, [...(scene.waiters.get(step.to) ?? []), step.from]);
  },
  settle(scene, step) {
    if (step.to === null) return;
    scene.settled.set(step.to, { via: step.via, value: step.value });
    scene.waiters.delete(step.to);
    changeTask(scene, step.to, { state: "done", waitingFor: null, cancelling: false });
  },
  cancel(scene, step) {
    if (step.to !== null) changeTask(scene, step.to, { cancelling: true });
  },

  // Its text is in the document's output, which the stage shows up to this step.
  print() {},

  refuse(scene, step, trace) {
    if (step.to === null || !isFrame(trace.actors[step.to])) return;
    const { from: up, to: id, via, task } = step;
    const r = step.value?.startsWith("StopIteration") ? "None" : null;
    const expansion = isDelegation(via) ? { ...UNSTARTED, at: /** @type {const} */ ("refused"), e: step.value, r } : null;
    const asked = scene.frames.get(id) ?? { ...UNKNOWN, id, state: "finished", entered: true };
    scene.refused = Object.freeze({ ...asked, up, via, task, expansion });
  },
  abandon(scene, step, trace) {
    // The event loop closes such a generator later: it is not gone yet.
    if (step.to === null || step.via === "never closed") return;
    scene.ended = step.to;
    const { line, task } = scene.frames.get(step.to) ?? step;
    if (trace.actors[step.to]?.kind === "task") changeTask(scene, step.to, { state: "abandoned", waitingFor: null });
    else change(scene, trace, step.to, { state: "abandoned", line: step.line ?? line, task });
  },

  // A remark on a name: nothing runs by it.
  note() {},
};

/**
 * What ended is shown once more, by the step that ended it, and then it is gone.
 * @param {Scene} scene
 */
function removeEnded(scene) {
  scene.refused = null;
  if (scene.ended === null) return;
  const frame = scene.frames.get(scene.ended);
  scene.frames.delete(scene.ended);
  scene.tasks.delete(scene.ended);
  // The link it was the inner end of is gone: the next one out is its delegator's own.
  if (scene.focus === scene.ended) scene.focus = frame?.up ?? null;
  scene.ended = null;
}

/** By these no control moves. */
const ASIDES = new Set(["refuse", "abandon", "note"]);

/**
 * `line` says where the giver stands: that is its line until it gives again. And a frame that gives
 * control is in control, so nothing it entered before is running any more.
 * @type {Apply}
 */
function giverStandsAt(scene, step, trace) {
  if (step.from === null || !isFrame(trace.actors[step.from])) return;
  // What the sandbox refuses to the library has the line of the snippet that asked the library for it.
  if (trace.actors[step.from]?.home !== "snippet" && step.kind === "refuse") return;
  const at = scene.stack.lastIndexOf(step.from);
  if (at !== -1 && !ASIDES.has(step.kind)) scene.stack.length = at + 1;
  else if (scene.stack.length === 0) scene.stack.push(step.from);
  const known = scene.frames.get(step.from);
  if (!known) change(scene, trace, step.from, { state: "running", line: step.line, task: step.task, entered: true });
  else if (step.line !== null && known.line !== step.line) change(scene, trace, step.from, { line: step.line });
}

/**
 * Control goes to the receiver.
 * @param {Scene} scene
 * @param {Step} step
 * @param {Trace} trace
 * @param {Partial<import("./scene.js").Expansion>} expansion
 */
function enter(scene, step, trace, expansion) {
  if (step.to === null) return;
  pushOnto(scene, step.from, step.to);
  if (!isFrame(trace.actors[step.to])) return;
  change(scene, trace, step.to, {
    state: "running",
    up: step.from,
    via: step.via,
    task: step.task,
    entered: true,
    expansion: expanded(scene, step.to, step.via, expansion),
  });
  if (isDelegation(step.via)) scene.focus = step.to;
  if (step.kind === "throw" && step.from !== null) changeTask(scene, step.from, { cancelling: false });
  // An eager task takes its first step within the call that makes it, by no handle.
  const task = step.from === null ? undefined : scene.tasks.get(step.from);
  if (task?.state === "new") changeTask(scene, task.id, { steps: task.steps + 1, state: "running" });
}

/**
 * Control goes back from the giver to the receiver.
 * @param {Scene} scene
 * @param {Step} step
 * @param {Trace} trace
 * @param {import("./scene.js").FrameState} state
 * @param {Partial<import("./scene.js").Expansion>} expansion
 */
function leave(scene, step, trace, state, expansion) {
  if (step.from === null) return;
  popFrom(scene, step.from, step.to);
  if (isFrame(trace.actors[step.from])) {
    const entered = scene.stack.includes(step.from);
    // It goes back over the link it was entered by; a yield's own `via` tells of its value instead.
    const link = scene.frames.get(step.from)?.via ?? null;
    change(scene, trace, step.from, { state, expansion: expanded(scene, step.from, link, expansion) });
    // A function that calls itself is one actor: it goes on where it was called again, with what it was given there.
    if (entered) change(scene, trace, step.from, { state: "running", args: null });
    if (state !== "suspended" && !entered) scene.ended = step.from;
    if (isDelegation(link)) scene.focus = step.from;
  }
  if (step.to !== null && isFrame(trace.actors[step.to])) change(scene, trace, step.to, { state: "running" });
}

/**
 * What an async generator yields is the result of awaiting its `__anext__()` (PEP 525): only what
 * it passes up from further down is a `yield` of the expansion.
 * @param {Step} step
 * @param {Trace} trace
 */
const endsRequest = (step, trace) =>
  step.from !== null && trace.actors[step.from]?.kind === "async generator" && !isDelegation(step.via);

/**
 * A `close()` swallows the end it brings about: its delegator goes on behind it.
 * @param {Scene} scene
 * @param {Step} step
 */
const isClosing = (scene, step) => step.from !== null && scene.frames.get(step.from)?.expansion?.by === "close";

/**
 * @param {Scene} scene
 * @param {number} inner
 * @param {string | null} link the way its delegator entered it
 * @param {Partial<import("./scene.js").Expansion>} changes
 */
function expanded(scene, inner, link, changes) {
  if (!isDelegation(link)) return null;
  const before = scene.frames.get(inner)?.expansion ?? UNSTARTED;
  return { ...before, ...changes };
}

/**
 * @param {Scene} scene
 * @param {Trace} trace
 * @param {number} id
 * @param {Partial<Frame>} changes
 */
function change(scene, trace, id, changes) {
  const before = scene.frames.get(id) ?? { ...UNKNOWN, id, line: trace.actors[id]?.line ?? null };
  scene.frames.set(id, Object.freeze({ ...before, ...changes }));
}

/**
 * @param {Scene} scene
 * @param {number} id
 * @param {Partial<Task>} changes
 */
function changeTask(scene, id, changes) {
  const before = scene.tasks.get(id);
  // What is settled, waited for or cancelled may be a plain future.
  if (before) scene.tasks.set(id, Object.freeze({ ...before, ...changes }));
}

/**
 * @param {Scene} scene
 * @param {number | null} giver
 * @param {number} receiver
 */
function pushOnto(scene, giver, receiver) {
  if (giver !== null) {
    const at = scene.stack.lastIndexOf(giver);
    if (at === -1) scene.stack.push(giver);
    else scene.stack.length = at + 1;
  }
  scene.stack.push(receiver);
}

/**
 * @param {Scene} scene
 * @param {number | null} giver
 * @param {number | null} receiver
 */
function popFrom(scene, giver, receiver) {
  const at = giver === null ? -1 : scene.stack.lastIndexOf(giver);
  if (at !== -1) scene.stack.length = at;
  if (receiver !== null && scene.stack.at(-1) !== receiver && !scene.stack.includes(receiver)) scene.stack.push(receiver);
}

/**
 * @param {Scene} scene
 * @param {number} handle
 * @param {string} due
 */
function addTimer(scene, handle, due) {
  const { timers } = scene.loop;
  const after = timers.findIndex((timer) => Number(timer.due) > Number(due));
  timers.splice(after === -1 ? timers.length : after, 0, { handle, due });
}

/**
 * @param {Scene} scene
 * @param {number} handle
 */
function removeHandle({ loop }, handle) {
  const ready = loop.ready.indexOf(handle);
  if (ready !== -1) loop.ready.splice(ready, 1);
  const timer = loop.timers.findIndex((one) => one.handle === handle);
  if (timer !== -1) loop.timers.splice(timer, 1);
}
