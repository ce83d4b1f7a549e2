// @ts-check
/** The stage: every panel that shows the scene, and the token that travels between them. */

import { html } from "./dom.js";
import { stepAt } from "./trace.js";
import { chainsPanel } from "./stage/chains.js";
import { codePanel } from "./stage/code.js";
import { loopPanel } from "./stage/loop.js";
import { outputPanel } from "./stage/output.js";
import { expansionPanel } from "./stage/pep380.js";
import { tokenLayer } from "./stage/token.js";

/**
 * @typedef {object} Shown what the panels are to show, and where they say who stands where
 * @property {import("./scene.js").Scene} scene
 * @property {import("./trace.js").Step | null} step the last one applied
 * @property {import("./trace.js").Step | null} end where the causes that are followed lead to
 * @property {Map<number, Element>} anchors the element that stands for an actor
 * @property {{output?: Element}} extras places that stand for no actor
 */

/**
 * @param {import("./trace.js").Trace} trace
 * @param {AbortSignal} signal ends what the stage listens to
 */
export function stageOf(trace, signal) {
  const panels = [chainsPanel, loopPanel, codePanel, outputPanel, expansionPanel].map((make) => make(trace));
  const [chains, loop, code, output, expansion] = panels.map(({ element }) => element);
  const element = html("div", "tp-stage");
  for (const panel of [code, output, chains, loop, expansion]) if (panel) element.append(panel);
  element.classList.toggle("tp-without-loop", loop?.hidden === true);
  const token = tokenLayer(element);

  const resize = new ResizeObserver(token.redraw);
  resize.observe(element);
  signal.addEventListener("abort", () => resize.disconnect());
  // Scrolling does not bubble, but it can be caught on its way down.
  element.addEventListener("scroll", token.redraw, { capture: true, passive: true, signal });

  return {
    element,
    /**
     * @param {import("./scene.js").Scene} scene
     * @param {import("./trace.js").Step | null} step
     * @param {import("./causes.js").Trail | null} trail
     * @param {number} duration of the token's way in ms; 0 moves nothing
     */
    show(scene, step, trail, duration) {
      const end = trail ? stepAt(trace, (trail.steps.at(-1) ?? 0) - 1) : null;
      const shown = { scene, step, end, anchors: new Map(), extras: {} };
      for (const panel of panels) panel.show(shown);
      token.show(shown, duration);
    },
  };
}
