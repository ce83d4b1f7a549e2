// @ts-check
/** The control "Why now?", and the trail it shows: the causes from the step asked about to a line of the snippet. */

import { causeOf } from "./causes.js";
import { html, reveal } from "./dom.js";
import { hint } from "./keys.js";
import { glyph, kindClass, kindName } from "./kinds.js";
import { actorName } from "./narrate.js";
import { stepAt } from "./trace.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./trace.js").Step} Step */
/** @typedef {import("./causes.js").Trail} Trail */

const LEAVES = new Set(["yield", "return", "raise", "exit"]);
const CRUMBS_SHOWN = 9;
const NEIGHBOURS_SHOWN = 2;

/**
 * @typedef {object} Follow what the control does
 * @property {() => void} why
 * @property {() => void} comeBack
 * @property {(step: number) => void} follow to a step of the trail
 */

/**
 * @param {Trace} trace
 * @param {(index: number) => string} tell the sentence of a step
 * @param {Follow} actions
 * @param {AbortSignal} signal
 */
export function whyOf(trace, tell, { why, comeBack, follow }, signal) {
  const ask = html("button", { type: "button", class: "tp-button tp-why", title: hint("why", "Why now?") }, "Why now?");
  const back = html("button", { type: "button", class: "tp-crumb tp-come-back", "aria-label": "Back to the step asked about" }, "↩");
  back.title = hint("comeBack", "Back to the step asked about");
  const crumbs = html("ol", "tp-crumbs");
  const trail = html("nav", { class: "tp-trail", "aria-label": "Why now?" }, back, crumbs);
  const place = html("p", { class: "tp-unseen", role: "status" });
  // A trace recorded before there were causes has nothing to ask for.
  ask.hidden = trace.steps["cause"] === undefined;
  const pressed = (/** @type {MouseEvent} */ { target }) => {
    const crumb = target instanceof Element ? target.closest("button") : null;
    if (crumb) follow(Number(crumb.value));
  };
  ask.addEventListener("click", why, { signal });
  back.addEventListener("click", comeBack, { signal });
  crumbs.addEventListener("click", pressed, { signal });

  return {
    ask,
    trail,
    place,
    /**
     * @param {number} step
     * @param {Trail | null} followed
     */
    show(step, followed) {
      // Not `disabled`: the focus stays where it is, and with it the next question.
      ask.setAttribute("aria-disabled", String(causeOf(trace, step) === null));
      const hadFocus = trail.contains(document.activeElement);
      trail.hidden = followed === null;
      place.textContent = followed ? placeIn(trace, followed) : "";
      crumbs.replaceChildren(...(followed ? crumbsOf(trace, tell, followed) : []));
      const current = crumbs.querySelector("[aria-current]");
      if (current) bringIntoSight(crumbs, current);
      if (hadFocus) (current instanceof HTMLElement ? current : ask).focus({ preventScroll: true });
    },
  };
}

/**
 * The last crumb stands still, over those that scroll behind it.
 * @param {Element} crumbs
 * @param {Element} current
 */
function bringIntoSight(crumbs, current) {
  reveal(crumbs, current, { margin: 0, sideways: true });
  const end = crumbs.lastElementChild;
  if (!end || end.contains(current)) return;
  const [outer, crumb, last] = [crumbs, current, end].map((element) => element.getBoundingClientRect());
  if (outer && crumb && last) crumbs.scrollLeft += Math.max(Math.min(crumb.right - last.left, crumb.left - outer.left), 0);
}

/**
 * Of a long trail: its ends, and what is around the step that is shown.
 * @param {Trace} trace
 * @param {(index: number) => string} tell
 * @param {Trail} trail
 */
function crumbsOf(trace, tell, { steps, at }) {
  const isShown = (/** @type {number} */ place) =>
    steps.length <= CRUMBS_SHOWN || place === 0 || place === steps.length - 1 || Math.abs(place - at) <= NEIGHBOURS_SHOWN;
  return steps.flatMap((step, place) => {
    if (isShown(place)) return [crumbElement(trace, stepAt(trace, step - 1), tell(step - 1), place === at)];
    return isShown(place - 1) ? [html("li", "tp-quiet", "…")] : [];
  });
}

/**
 * @param {Trace} trace
 * @param {Step} step
 * @param {string} sentence
 * @param {boolean} isCurrent
 */
function crumbElement(trace, step, sentence, isCurrent) {
  const button = html(
    "button",
    { type: "button", class: `tp-crumb ${kindClass(step.kind)}`, title: sentence, value: String(step.index + 1) },
    glyph(step.kind),
    html("b", {}, kindName(step)),
    html("span", "tp-crumb-about", about(trace, step)),
    step.line !== null && html("span", "tp-crumb-line", `line ${step.line}`),
  );
  if (isCurrent) button.setAttribute("aria-current", "step");
  return html("li", {}, button);
}

/**
 * What a step is about, in a word: who is entered or left, and of the two steps of a timer, which one it is.
 * @param {Trace} trace
 * @param {Step} step
 */
function about(trace, { kind, via, from, to }) {
  if (via === "timer" || via === "timer due") return via;
  return actorName(trace, LEAVES.has(kind) ? from : (to ?? from));
}

/**
 * @param {Trace} trace
 * @param {Trail} trail
 */
function placeIn(trace, { steps, at }) {
  const [asked, end] = [steps[0] ?? 0, steps.at(-1) ?? 0];
  const line = trace.steps["line"]?.[end - 1] ?? null;
  const leads = line === null ? "" : at === steps.length - 1 ? `, line ${line} of the code` : `; they lead to line ${line}`;
  return at === 0 ? `Step ${asked} was asked about` : `Cause ${at} of ${steps.length - 1} behind step ${asked}${leads}`;
}
