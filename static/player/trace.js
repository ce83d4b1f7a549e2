// @ts-check
/**
 * The trace document as the player reads it. `app/trace/document.py` is its definition; the words
 * it is written in come from `vocabulary.json`, the one list that Python reads too.
 */

import vocabulary from "../../app/trace/vocabulary.json";

/**
 * @typedef {object} Actor whatever gives or receives in a step; its id is its position
 * @property {number} id
 * @property {string} kind
 * @property {string} name
 * @property {string} home `snippet`, `asyncio` or `stdlib`
 * @property {number} [line] where its code begins in the snippet
 * @property {number} [of] the actor it belongs to
 * @property {string} [role] as what it belongs to it
 */

/**
 * @typedef {object} Step one row of the columns, its words resolved
 * @property {number} index
 * @property {string} kind
 * @property {number | null} from who gives
 * @property {number | null} to who receives
 * @property {string | null} value
 * @property {number | null} line where the giver stands in the snippet
 * @property {number | null} task
 * @property {number} time loop time in seconds
 * @property {string | null} via
 * @property {number | null} cause the index of the earlier step behind this one
 */

/**
 * @typedef {object} Outcome
 * @property {string} kind
 * @property {number} [line]
 * @property {number} [column]
 * @property {string} [type]
 * @property {string} [message]
 * @property {number} [limit]
 * @property {string[]} [waiting]
 */

/** @typedef {{step: number, stream: string, text: string}} Output */
/** @typedef {Record<string, (number | null)[]>} Columns */

/**
 * @typedef {object} Trace a recorded run, decoded
 * @property {string} source
 * @property {Record<string, string>} runtime
 * @property {Actor[]} actors
 * @property {string[]} values
 * @property {string[]} kinds
 * @property {string[]} vias
 * @property {Columns} steps
 * @property {Output[]} output
 * @property {Outcome} outcome
 * @property {number} length number of steps
 * @property {Map<number, number>} coroutines the main coroutine of each task
 */

/** The document cannot be played; the message says why, in words for a visitor. */
export class UnusableTrace extends Error {}

const FRAMES = new Set(vocabulary.frames);
const ENTERS = new Set(vocabulary.enters);
const DELEGATIONS = new Set(vocabulary.delegations);

/**
 * Does a delegator stand behind this way (`yield from`, `await`, ...)? Where it is the way of a
 * `yield`, the giver passes up what its subiterator yielded; its own value has the way `yield`.
 * @param {string | null} via
 */
export const isDelegation = (via) => via !== null && DELEGATIONS.has(via);

/**
 * Does a step of this kind begin a frame, or let it go on?
 * @param {string} kind
 */
export const isEntry = (kind) => ENTERS.has(kind);

/**
 * Is it something that runs, suspends and ends, and so has a card and a lane?
 * @param {Actor | undefined} actor
 */
export const isFrame = (actor) => actor !== undefined && FRAMES.has(actor.kind);

/**
 * The generator behind `Future.__await__`, which stands for its future in a chain.
 * @param {Actor | undefined} actor
 * @returns {number | null} the future it iterates over
 */
export const iteratedFuture = (actor) => (actor?.role === "iterator" ? (actor.of ?? null) : null);

/**
 * A frame's name with what it was called with between its parentheses.
 * @param {string} name
 * @param {Actor | undefined} actor
 * @param {string | null} args
 */
export const withArguments = (name, actor, args) =>
  args && iteratedFuture(actor) === null && name.endsWith("()") ? `${name.slice(0, -1)}${args})` : name;

/**
 * @param {any} content a parsed JSON document
 * @returns {Trace}
 */
export function decode(content) {
  if (content?.format !== vocabulary.format) {
    throw new UnusableTrace("What was loaded is no recording of Yieldscope.");
  }
  if (content.version !== vocabulary.version) {
    throw new UnusableTrace(
      `The recording has version ${content.version} of the format; this player reads version ${vocabulary.version}.`,
    );
  }
  const { source, runtime, actors, values, kinds, vias, steps, output, outcome } = content;
  for (const [name, list] of Object.entries({ actors, values, kinds, vias, output })) {
    if (!Array.isArray(list)) throw new UnusableTrace(`The recording is incomplete: its ${name} are missing.`);
  }
  const unknown = kinds.find((/** @type {string} */ kind) => !vocabulary.kinds.includes(kind));
  if (unknown !== undefined) {
    throw new UnusableTrace(`The recording has steps of the kind “${unknown}”, which this player does not know.`);
  }
  const length = steps?.kind?.length;
  // The column of causes is left out where all of them are null.
  const columns = vocabulary.columns.filter((name) => name !== "cause" || steps?.cause !== undefined);
  if (columns.some((name) => !Array.isArray(steps?.[name]) || steps[name].length !== length)) {
    throw new UnusableTrace("The recording is incomplete: the columns of its steps are not of one length.");
  }
  if (typeof source !== "string" || typeof outcome?.kind !== "string") {
    throw new UnusableTrace("The recording is incomplete: its source or its outcome is missing.");
  }
  const coroutines = coroutinesOf(actors);
  return { source, runtime, actors: actors.map(withHome), values, kinds, vias, steps, output, outcome, length, coroutines };
}

/**
 * An actor's row leaves out where it comes from when that is the snippet, for whatever has a line
 * there, and asyncio otherwise (`implied_home` in `document.py`).
 * @param {Actor} row
 * @returns {Actor}
 */
const withHome = (row) => (row.home ? row : { ...row, home: row.line === undefined ? "asyncio" : "snippet" });

/**
 * The main coroutine of each task, by the task's id.
 * @param {Actor[]} actors
 */
function coroutinesOf(actors) {
  /** @type {Map<number, number>} */
  const coroutines = new Map();
  for (const { id, role, of } of actors) {
    if (role === "task" && of !== undefined) coroutines.set(id, of);
  }
  return coroutines;
}

/**
 * @param {Trace} trace
 * @param {number} index
 * @returns {Step}
 */
export function stepAt(trace, index) {
  const cell = (/** @type {string} */ name) => trace.steps[name]?.[index] ?? null;
  const word = (/** @type {string[]} */ list, /** @type {number | null} */ at) => (at === null ? null : (list[at] ?? null));
  return {
    index,
    kind: word(trace.kinds, cell("kind")) ?? "",
    from: cell("from"),
    to: cell("to"),
    value: word(trace.values, cell("value")),
    line: cell("line"),
    task: cell("task"),
    time: cell("time") ?? 0,
    via: word(trace.vias, cell("via")),
    cause: cell("cause"),
  };
}
