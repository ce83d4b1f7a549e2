// @ts-check
/** The step in the address: `#step=19` is the scene after 19 steps. */

/**
 * @param {string} hash
 * @param {number} total
 * @returns {{step: number | null, note: string}} null where the address names no step; a note where it asks for one that is not there
 */
export function stepInAddress(hash, total) {
  // Without a fragment it is the page as it was entered first; another one may be an anchor of the page.
  if (hash === "") return { step: 0, note: "" };
  const asked = new URLSearchParams(hash.replace(/^#/, "")).get("step");
  if (asked === null) return { step: null, note: "" };
  if (!/^[+-]?\d+$/.test(asked.trim())) return { step: null, note: "The address names no step by a number." };
  const step = Math.min(Math.max(Number(asked), 0), total);
  return { step, note: step === Number(asked) ? "" : `The address asks for step ${asked.trim()}; there are ${total}.` };
}

// Browsers refuse more than about a hundred changes of the address in half a minute.
const WRITE_EVERY = 400;

/**
 * Writes the step into the address, not more often than a browser allows.
 * @param {AbortSignal} signal
 * @returns {(step: number) => void}
 */
export function addressWriter(signal) {
  let wanted = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  signal.addEventListener("abort", () => clearTimeout(timer));
  const write = () => {
    timer = undefined;
    const hash = `#step=${wanted}`;
    if (location.hash === hash) return;
    try {
      history.replaceState(history.state, "", hash);
    } catch (error) {
      // A frame may be forbidden to name its own address; the player plays on without.
      if (!(error instanceof DOMException)) throw error;
    }
  };
  return (step) => {
    wanted = step;
    timer ??= setTimeout(write, WRITE_EVERY);
  };
}
