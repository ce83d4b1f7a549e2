// @ts-check
/**
 * The custom element `<trace-player src="/api/traces/…">`. Its children are what a page without
 * JavaScript shows, the transcript; they come back when the element is disconnected.
 */

import { addressWriter, stepInAddress } from "./address.js";
import { captionOf } from "./caption.js";
import { causeOf, trailOf } from "./causes.js";
import { controlsOf } from "./controls.js";
import { html } from "./dom.js";
import { helpDialog } from "./help.js";
import { historyOf } from "./history.js";
import { listenToKeys } from "./keys.js";
import { playbackOf } from "./playback.js";
import { stageOf } from "./stage.js";
import { timelineOf } from "./timeline/timeline.js";
import { UnusableTrace, decode, stepAt } from "./trace.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./playback.js").State} State */
/** @typedef {import("./playback.js").Change} Change */

export class TracePlayer extends HTMLElement {
  /** @type {AbortController | null} */
  #connection = null;
  /** @type {Node[]} */
  #transcript = [];

  connectedCallback() {
    this.#transcript = [...this.childNodes];
    void this.#start();
  }

  disconnectedCallback() {
    this.#connection?.abort();
    this.#connection = null;
    this.replaceChildren(...this.#transcript);
  }

  async #start() {
    this.#connection?.abort();
    const { signal } = (this.#connection = new AbortController());
    this.replaceChildren(notice("Loading the recording …"));
    try {
      const trace = decode(await load(this.getAttribute("src") ?? "", signal));
      if (!signal.aborted) this.#play(trace, signal);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
      if (!(error instanceof UnusableTrace)) throw error;
    }
  }

  /** @param {unknown} error */
  #fail(error) {
    const says = error instanceof UnusableTrace ? error.message : "The player failed, which is our fault.";
    const again = html("button", { type: "button", class: "tp-button" }, "Try again");
    again.addEventListener("click", () => void this.#start(), { once: true });
    this.replaceChildren(notice(says, again), ...this.#transcript);
  }

  /**
   * @param {Trace} trace
   * @param {AbortSignal} signal
   */
  #play(trace, signal) {
    const history = historyOf(trace);
    const calm = matchMedia("(prefers-reduced-motion: reduce)");
    const writeAddress = addressWriter(signal);
    const causes = (/** @type {number} */ step) => causeOf(trace, step);
    const playback = playbackOf(trace.length, iterations(trace), causes, (state, change) => show(state, change));
    const command = (/** @type {import("./keys.js").Command} */ name) => (name === "help" ? help.showModal() : playback.actions[name]());

    const stage = stageOf(trace, signal);
    const caption = captionOf(trace, { ...playback.actions, follow: playback.follow }, signal);
    const timeline = timelineOf(trace, history, playback.seek, signal);
    const controls = controlsOf(trace.length, command, playback.seek, signal);
    const help = helpDialog(signal);
    const note = html("p", { class: "tp-note", role: "status" });
    const foot = html("div", "tp-foot", caption.element, controls.element, note);
    this.replaceChildren(html("div", "tp-player", stage.element, timeline.element, foot, help));

    const draw = (/** @type {State} */ state, /** @type {number} */ duration) => {
      const trail = followed(trace, state);
      const step = lastStep(trace, state);
      controls.show(state);
      caption.show(step, state.isPlaying, trail);
      stage.show(history.sceneAt(state.step), step, trail, duration);
      timeline.show(state.step, trail);
    };
    const show = (/** @type {State} */ state, /** @type {Change} */ change) => {
      if (change === "state") {
        controls.show(state);
        caption.show(lastStep(trace, state), state.isPlaying, followed(trace, state));
        return;
      }
      draw(state, change === "step" && !calm.matches ? playback.travelTime() : 0);
      note.textContent = "";
      this.dispatchEvent(new CustomEvent("stepchange", { bubbles: true, detail: { step: state.step, total: state.total } }));
      if (this.#ownsAddress()) writeAddress(state.step);
    };
    const followAddress = () => {
      if (!this.#ownsAddress()) return;
      const asked = stepInAddress(location.hash, trace.length);
      if (asked.step !== null) playback.seek(asked.step);
      // An address that asks for what is not there is put right, also where nothing else changes.
      if (asked.note) writeAddress(playback.now().step);
      note.textContent = asked.note;
    };

    draw(playback.now(), 0);
    followAddress();
    listenToKeys(this, command, signal);
    addEventListener("hashchange", followAddress, { signal });
    addEventListener("message", (event) => isLeaving(event) && playback.pause(), { signal });
    signal.addEventListener("abort", playback.pause);
  }

  // A page has one address: the first player on it is the one that is linked to.
  #ownsAddress() {
    return document.querySelector(this.localName) === this;
  }
}

/**
 * @param {Trace} trace
 * @param {State} state
 */
const lastStep = (trace, { step }) => (step > 0 ? stepAt(trace, step - 1) : null);

/**
 * @param {Trace} trace
 * @param {State} state
 */
const followed = (trace, { asked, step }) => (asked === null ? null : trailOf(trace, asked, step));

/**
 * reveal.js tells the frames on a slide when the talk moves on.
 * @param {MessageEvent} event
 */
const isLeaving = (event) => event.source === parent && event.data === "slide:stop";

/**
 * @param {string} address
 * @param {AbortSignal} signal
 * @returns {Promise<unknown>}
 */
async function load(address, signal) {
  /** @type {Response} */
  let answer;
  try {
    // Without credentials a frame of opaque origin may read the answer too.
    answer = await fetch(address, { signal, credentials: "omit" });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new UnusableTrace("The recording could not be loaded: the server did not answer.");
  }
  if (answer.status === 404) throw new UnusableTrace("There is no such recording: it may have expired.");
  if (!answer.ok) throw new UnusableTrace(`The recording could not be loaded: the server answered with status ${answer.status}.`);
  try {
    return await answer.json();
  } catch (error) {
    if (signal.aborted) throw error;
    throw new UnusableTrace("The recording could not be read: it is cut off, or no JSON.");
  }
}

/**
 * The steps at which an iteration of the event loop has just begun.
 * @param {Trace} trace
 */
function iterations(trace) {
  const tick = trace.kinds.indexOf("tick");
  /** @type {number[]} */
  const found = [];
  (trace.steps["kind"] ?? []).forEach((kind, index) => kind === tick && found.push(index + 1));
  return found;
}

/**
 * @param {string} says
 * @param {...Node} more
 */
const notice = (says, ...more) => html("div", { class: "tp-notice", role: "status" }, html("p", {}, says), ...more);
