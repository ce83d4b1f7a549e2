// @ts-check
/**
 * Who delegates to whom in a scene, as trees in columns: one column per task, and one in front for
 * what belongs to no task. Pure: it says what is to be drawn, not how.
 */

/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../trace.js").Step} Step */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../scene.js").Frame} Frame */

/** @typedef {{frame: Frame, children: Node[]} | {left: number, children: Node[]}} Node a frame, or so many frames left out */
/** @typedef {{task: number | null, roots: Node[]}} Column */
/** @typedef {Set<number | null | undefined>} Involved who takes part in the last step: they are always shown */

const DONE_TASKS_SHOWN = 3;
const COLUMNS_SHOWN = 24;
const SIBLINGS_SHOWN = 12;
const RUN_SHOWN = 14;
const RUN_HEAD = 4;
const RUN_TAIL = 8;

/**
 * @param {Scene} scene
 * @param {Trace} trace
 * @param {Step | null} step the last one applied
 * @returns {{columns: Column[], left: number}} `left` counts the tasks left out
 */
export function forestOf(scene, trace, step) {
  const { roots, childrenOf } = relations(scene);
  const involved = new Set([step?.from, step?.to]);
  /** @type {Map<number | null, Frame[]>} */
  const rootsOf = new Map([[null, []]]);
  for (const task of shownTasks(scene, involved)) rootsOf.set(task, []);
  for (const frame of roots) {
    const task = frame.up !== null && scene.tasks.has(frame.up) ? frame.up : frame.task;
    if (isIdleModule(frame, scene, trace, childrenOf)) continue;
    (rootsOf.get(task) ?? rootsOf.get(null))?.push(frame);
  }
  const all = [...rootsOf].filter(([task, own]) => task !== null || own.length > 0);
  const chosen = all.filter(([task], at) => at < COLUMNS_SHOWN || involved.has(task) || task === step?.task);
  const columns = chosen.map(([task, own]) => ({ task, roots: grown(own, childrenOf, involved) }));
  return { columns, left: all.length - chosen.length };
}

/** @param {Scene} scene */
function relations(scene) {
  const { frames, refused } = scene;
  /** @type {Frame[]} */
  const roots = [];
  /** @type {Map<number, Frame[]>} */
  const childrenOf = new Map();
  // What has finished is shown again where it is asked for in vain.
  for (const frame of refused && !frames.has(refused.id) ? [...frames.values(), refused] : frames.values()) {
    if (frame.up === null || !frames.has(frame.up)) {
      roots.push(frame);
      continue;
    }
    const siblings = childrenOf.get(frame.up);
    if (siblings) siblings.push(frame);
    else childrenOf.set(frame.up, [frame]);
  }
  // A chain goes straight down; what was only created stands beside it.
  for (const siblings of childrenOf.values()) siblings.sort((a, b) => Number(b.entered) - Number(a.entered));
  return { roots, childrenOf };
}

/**
 * Tasks that are not done, and those done last.
 * @param {Scene} scene
 * @param {Involved} involved
 */
function shownTasks(scene, involved) {
  const tasks = [...scene.tasks.values()];
  const done = tasks.filter(({ state }) => state === "done").slice(-DONE_TASKS_SHOWN);
  return tasks.filter((task) => task.state !== "done" || done.includes(task) || involved.has(task.id)).map(({ id }) => id);
}

/**
 * While the loop runs, the module waits for it outside of all chains.
 * @param {Frame} frame
 * @param {Scene} scene
 * @param {Trace} trace
 * @param {Map<number, Frame[]>} childrenOf
 */
function isIdleModule(frame, scene, trace, childrenOf) {
  const isModule = trace.actors[frame.id]?.kind === "module";
  return isModule && scene.loop.seen && frame.state === "running" && scene.stack.at(-1) !== frame.id && !childrenOf.has(frame.id);
}

/**
 * @param {Frame[]} frames siblings
 * @param {Map<number, Frame[]>} childrenOf
 * @param {Involved} involved
 * @returns {Node[]}
 */
function grown(frames, childrenOf, involved) {
  const shown = frames.filter((frame, at) => at < SIBLINGS_SHOWN || involved.has(frame.id));
  const nodes = shown.map((frame) => branch(frame, childrenOf, involved));
  return shown.length < frames.length ? [...nodes, { left: frames.length - shown.length, children: [] }] : nodes;
}

/**
 * @param {Frame} frame
 * @param {Map<number, Frame[]>} childrenOf
 * @param {Involved} involved
 * @returns {Node}
 */
function branch(frame, childrenOf, involved) {
  const run = straightRun(frame, childrenOf);
  const end = run.at(-1) ?? frame;
  let below = grown(childrenOf.get(end.id) ?? [], childrenOf, involved);
  let skipped = 0;
  for (const [at, member] of [...run.entries()].reverse()) {
    const isKept = run.length <= RUN_SHOWN || at < RUN_HEAD || at >= run.length - RUN_TAIL || involved.has(member.id);
    if (!isKept) {
      skipped += 1;
      continue;
    }
    if (skipped) below = [{ left: skipped, children: below }];
    skipped = 0;
    below = [{ frame: member, children: below }];
  }
  return /** @type {Node} */ (below[0]);
}

/**
 * The chain from a frame down to where it ends or forks: deep recursion stays no recursion here.
 * @param {Frame} frame
 * @param {Map<number, Frame[]>} childrenOf
 */
function straightRun(frame, childrenOf) {
  const run = [frame];
  for (;;) {
    const children = childrenOf.get(/** @type {Frame} */ (run.at(-1)).id) ?? [];
    const only = children[0];
    if (children.length !== 1 || !only) return run;
    run.push(only);
  }
}
