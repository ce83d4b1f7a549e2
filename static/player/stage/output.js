// @ts-check
/** What the snippet has printed so far. */

import { html } from "../dom.js";

/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../stage.js").Shown} Shown */

const PIECES_SHOWN = 300;

/**
 * @param {Trace} trace
 * @returns {{element: HTMLElement, show: (shown: Shown) => void}}
 */
export function outputPanel(trace) {
  const text = html("pre", { class: "tp-output", tabindex: "0", role: "region", "aria-label": "Output" });
  const element = html("section", "tp-panel tp-panel-output", html("h2", "tp-title", "Output"), text);
  // Room for all that will be printed, from the first step on: a new line moves no other panel.
  element.style.setProperty("--tp-output-lines", String(linesOf(trace.output)));
  let shownPieces = -1;

  return {
    element,
    show({ scene, extras }) {
      extras.output = text;
      const count = piecesUpTo(trace.output, scene.step);
      if (count === shownPieces) return;
      shownPieces = count;
      const first = Math.max(0, count - PIECES_SHOWN);
      const pieces = trace.output.slice(first, count).map(({ stream, text: said }) => html("span", `tp-${stream}`, said));
      if (first > 0) pieces.unshift(html("span", "tp-quiet", "… what was printed before is left out …\n"));
      if (count === 0) pieces.push(html("span", "tp-quiet", "(nothing printed yet)"));
      text.replaceChildren(...pieces);
      text.scrollTop = text.scrollHeight;
    },
  };
}

/**
 * How many lines the output comes to; one is there to say that there is none.
 * @param {import("../trace.js").Output[]} output
 */
function linesOf(output) {
  const ends = output.reduce((count, { text }) => count + text.split("\n").length - 1, 0);
  const isOpen = output.length > 0 && !output.at(-1)?.text.endsWith("\n");
  return Math.max(ends + (isOpen ? 1 : 0), 1);
}

/**
 * How many pieces of output came with the first `steps` steps.
 * @param {import("../trace.js").Output[]} output in the order of their steps
 * @param {number} steps
 */
function piecesUpTo(output, steps) {
  let low = 0;
  let high = output.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((output[middle]?.step ?? 0) < steps) low = middle + 1;
    else high = middle;
  }
  return low;
}
