// @ts-check
/** The row of controls. */

import { html, svg } from "./dom.js";
import { hint } from "./keys.js";

/** @typedef {import("./keys.js").Command} Command */
/** @typedef {import("./playback.js").State} State */

/** @type {Partial<Record<Command | "pause", string>>} */
const ICONS = {
  first: "M3 2v12M14 2.5 5.5 8l8.5 5.5z",
  back: "M11.5 2.5 4 8l7.5 5.5z",
  toggle: "M4 2v12l10-6z",
  pause: "M4 2.5v11M5.5 2.5v11M10.5 2.5v11M12 2.5v11",
  forward: "M4.5 2.5 12 8l-7.5 5.5z",
  last: "M13 2v12M2 2.5 10.5 8 2 13.5z",
};

/**
 * @param {number} total
 * @param {(command: Command) => void} command
 * @param {(step: number) => void} seek
 * @param {AbortSignal} signal
 */
export function controlsOf(total, command, seek, signal) {
  const button = (/** @type {Command} */ name, /** @type {string} */ label, /** @type {Node | string} */ face) => {
    const element = html("button", { type: "button", class: "tp-button", "aria-label": label, title: hint(name, label) }, face);
    element.addEventListener("click", () => command(name), { signal });
    return element;
  };
  const first = button("first", "To the beginning", icon("first"));
  const back = button("back", "One step back", icon("back"));
  const play = button("toggle", "Play", icon("toggle"));
  play.classList.add("tp-play");
  const forward = button("forward", "One step on", icon("forward"));
  const last = button("last", "To the end", icon("last"));
  const slower = button("slower", "Slower", "−");
  const faster = button("faster", "Faster", "+");
  const help = button("help", "Keys and signs", "?");
  const speed = html("span", { class: "tp-speed", "aria-live": "polite" });
  const scrubber = html("input", { type: "range", class: "tp-scrubber", min: "0", max: String(total), step: "1", value: "0", "aria-label": "Step" });
  const counter = html("span", "tp-counter");
  scrubber.addEventListener("input", () => seek(scrubber.valueAsNumber), { signal });
  scrubber.disabled = total === 0;

  const element = html(
    "div",
    { class: "tp-controls", role: "group", "aria-label": "Playing" },
    html("div", "tp-buttons", first, back, play, forward, last),
    html("div", { class: "tp-speeds", role: "group", "aria-label": "Speed" }, slower, speed, faster),
    scrubber,
    counter,
    help,
  );
  return {
    element,
    /** @param {State} state */
    show({ step, isPlaying, speed: now }) {
      first.disabled = back.disabled = step === 0;
      last.disabled = forward.disabled = step === total;
      play.disabled = total === 0;
      const label = isPlaying ? "Pause" : "Play";
      if (play.getAttribute("aria-label") !== label) {
        play.setAttribute("aria-label", label);
        play.title = hint("toggle", label);
        play.replaceChildren(icon(isPlaying ? "pause" : "toggle"));
      }
      speed.textContent = `${now}×`;
      scrubber.value = String(step);
      scrubber.style.setProperty("--tp-done", total ? String(step / total) : "0");
      scrubber.setAttribute("aria-valuetext", `step ${step} of ${total}`);
      counter.textContent = `step ${step} of ${total}`;
    },
  };
}

/** @param {Command | "pause"} name */
const icon = (name) =>
  svg("svg", { class: "tp-icon", viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" }, svg("path", { d: ICONS[name] ?? "" }));
