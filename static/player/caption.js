// @ts-check
/** One sentence that says what the last step did, and at the end how the run ended. */

import { html } from "./dom.js";
import { glyph, kindClass } from "./kinds.js";
import { narrateOutcome, narrator, plain } from "./narrate.js";
import { whyOf } from "./why.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./narrate.js").Part} Part */

/**
 * @param {Trace} trace
 * @param {import("./why.js").Follow} actions
 * @param {AbortSignal} signal
 */
export function captionOf(trace, actions, signal) {
  const tell = narrator(trace);
  const sign = html("span", { class: "tp-sign", "aria-hidden": "true" });
  const sentence = html("p", { class: "tp-sentence", "aria-live": "polite" });
  const outcome = html("p", `tp-outcome tp-outcome-${trace.outcome.kind === "finished" ? "good" : "bad"}`);
  const telling = html("div", "tp-telling", sentence, outcome);
  const why = whyOf(trace, (index) => plain(tell(index)), actions, signal);
  const element = html("div", "tp-caption", sign, telling, why.ask, why.trail, why.place);

  return {
    element,
    /**
     * @param {import("./trace.js").Step | null} step
     * @param {boolean} isPlaying a run that plays by itself is not read out step by step
     * @param {import("./causes.js").Trail | null} trail
     */
    show(step, isPlaying, trail) {
      sentence.setAttribute("aria-live", isPlaying ? "off" : "polite");
      const isEnd = (step?.index ?? -1) + 1 === trace.length;
      outcome.textContent = isEnd ? narrateOutcome(trace) : "";
      element.setAttribute("class", step ? `tp-caption ${kindClass(step.kind)}` : "tp-caption");
      sign.hidden = step === null;
      sign.replaceChildren(...(step ? [glyph(step.kind, { width: 16, height: 16 })] : []));
      sentence.replaceChildren(...(step ? tell(step.index).map(partElement) : [beginning(trace)]));
      why.show((step?.index ?? -1) + 1, trail);
      telling.scrollTop = 0;
      // What scrolls must be within reach of the keyboard.
      if (telling.scrollHeight > telling.clientHeight) telling.setAttribute("tabindex", "0");
      else telling.removeAttribute("tabindex");
    },
  };
}

/** @param {Trace} trace */
function beginning(trace) {
  if (trace.length === 0) return "There is no step to show.";
  return "Nothing has run yet. Play, or take the first step.";
}

/** @param {Part} part */
function partElement({ text, role, action }) {
  const said = role === "name" ? html("b", "tp-said-name", text) : role === "value" ? html("code", "tp-said-value", text) : text;
  return action ? html("span", "tp-action", said) : said;
}
