// @ts-check
/** Which step is shown, and playing: the one place where the step changes. */

/**
 * @typedef {object} State
 * @property {number} step
 * @property {number} total
 * @property {boolean} isPlaying
 * @property {number} speed
 * @property {number | null} asked the step whose causes are being followed; `step` is one of them, or itself
 */
/** @typedef {"step" | "jump" | "state"} Change one step forward, any other move, or playing and speed */

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];
const STEP_MS = 1400;
const NORMAL = 2;

/**
 * @param {number} total
 * @param {number[]} stops steps worth stopping at, ascending: the iterations of the event loop
 * @param {(step: number) => number | null} causeOf the step behind a step
 * @param {(state: State, change: Change) => void} changed
 */
export function playbackOf(total, stops, causeOf, changed) {
  let step = 0;
  /** @type {number | null} */
  let asked = null;
  let speedAt = NORMAL;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const speed = () => SPEEDS[speedAt] ?? 1;
  const now = () => ({ step, total, isPlaying: timer !== undefined, speed: speed(), asked });
  const tell = (/** @type {Change} */ change) => changed(now(), change);

  /**
   * @param {number} wanted
   * @param {number | null} following the step whose causes are followed; any other move ends that
   */
  function seek(wanted, following = null) {
    const next = Math.min(Math.max(Math.round(wanted), 0), total);
    if (next === step && following === asked) return;
    const change = next === step + 1 ? "step" : "jump";
    step = next;
    asked = following;
    tell(change);
  }
  function beat() {
    timer = step + 1 < total ? setTimeout(beat, STEP_MS / speed()) : undefined;
    seek(step + 1);
  }
  function pause() {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    tell("state");
  }
  function play() {
    if (timer !== undefined || total === 0) return;
    if (step === total) seek(0);
    beat();
    tell("state");
  }
  /** @param {number} by */
  function move(by) {
    pause();
    seek(step + by);
  }
  /** @param {-1 | 1} direction */
  function stop(direction) {
    pause();
    const found = direction > 0 ? stops.find((one) => one > step) : stops.filter((one) => one < step).at(-1);
    seek(stops.length === 0 ? step + 10 * direction : (found ?? (direction > 0 ? total : 0)));
  }
  function why() {
    pause();
    const cause = causeOf(step);
    if (cause !== null) seek(cause, asked ?? step);
  }
  /** @returns {boolean} false where there is nothing to come back from */
  function comeBack() {
    if (asked === null) return false;
    seek(asked);
    return true;
  }
  /** @param {-1 | 1} direction */
  function changeSpeed(direction) {
    const next = speedAt + direction;
    if (next < 0 || next >= SPEEDS.length) return;
    speedAt = next;
    tell("state");
  }

  return {
    seek: (/** @type {number} */ wanted) => {
      pause();
      seek(wanted);
    },
    /** Goes along the causes that are being followed. */
    follow: (/** @type {number} */ wanted) => seek(wanted, asked),
    pause,
    actions: {
      toggle: () => (timer === undefined ? play() : pause()),
      forward: () => move(1),
      back: () => move(-1),
      first: () => move(-step),
      last: () => move(total - step),
      nextStop: () => stop(1),
      previousStop: () => stop(-1),
      why,
      comeBack,
      faster: () => changeSpeed(1),
      slower: () => changeSpeed(-1),
    },
    now,
    /** How long the token may be on its way, in ms: less than until the next step. */
    travelTime: () => Math.min(420, (STEP_MS / speed()) * 0.6),
  };
}

/** @typedef {ReturnType<typeof playbackOf>} Playback */
/** @typedef {keyof Playback["actions"]} Action */
