// @ts-check
/** "Why now?": the steps behind a step, as the causes in the trace tell them. Pure; a step is the number of steps applied. */

/** @typedef {import("./trace.js").Trace} Trace */

/**
 * @typedef {object} Trail from the step that was asked about to a line of the snippet
 * @property {number[]} steps each the cause of the one before it
 * @property {number} at the place in it of the step that is shown
 */

/**
 * @param {Trace} trace
 * @param {number} step
 * @returns {number | null} the step behind it
 */
export function causeOf(trace, step) {
  const cause = trace.steps["cause"]?.[step - 1] ?? null;
  return cause === null ? null : cause + 1;
}

/**
 * A step and all that is behind it, back to what has no cause.
 * @param {Trace} trace
 * @param {number} step
 */
export function causesOf(trace, step) {
  const steps = [];
  for (let at = /** @type {number | null} */ (step); at !== null && at > 0; at = causeOf(trace, at)) steps.push(at);
  return steps;
}

/**
 * The trail to the first line of the snippet behind `asked`; where one has gone on from there, to the next one.
 * @param {Trace} trace
 * @param {number} asked
 * @param {number} shown one of the causes of `asked`, or `asked` itself
 * @returns {Trail}
 */
export function trailOf(trace, asked, shown) {
  const steps = causesOf(trace, asked);
  const at = steps.indexOf(shown);
  const lines = trace.steps["line"] ?? [];
  const end = steps.findIndex((step, place) => place >= Math.max(at, 1) && (lines[step - 1] ?? null) !== null);
  return { steps: end === -1 ? steps : steps.slice(0, end + 1), at };
}
