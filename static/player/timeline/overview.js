// @ts-check
/**
 * The whole trace in one strip: how deep the running frames are stacked at each step. A canvas,
 * because it has as many marks as the trace has steps.
 */

import { html } from "../dom.js";

/** @typedef {import("../history.js").Life} Life */

/**
 * How many frames were running after each step.
 * @param {Map<number, Life>} lives
 * @param {number} total
 */
export function depthsOf(lives, total) {
  const depths = new Int32Array(total + 2);
  for (const { starts, states } of lives.values()) {
    starts.forEach((start, at) => {
      if (states[at] !== "running") return;
      const end = starts[at + 1] ?? total + 1;
      depths[start] = (depths[start] ?? 0) + 1;
      depths[end] = (depths[end] ?? 0) - 1;
    });
  }
  for (let at = 1; at < depths.length; at += 1) depths[at] = (depths[at] ?? 0) + (depths[at - 1] ?? 0);
  return depths;
}

/**
 * @param {Map<number, Life>} lives
 * @param {number} total
 */
export function overviewOf(lives, total) {
  const canvas = html("canvas", "tp-overview-canvas");
  const frame = html("div", "tp-overview-window");
  const head = html("div", "tp-overview-head");
  const element = html("div", "tp-overview", canvas, frame, head);
  const depths = depthsOf(lives, total);
  const deepest = depths.reduce((most, depth) => Math.max(most, depth), 1);

  return {
    element,
    draw() {
      const { clientWidth: width, clientHeight: height } = canvas;
      const density = devicePixelRatio;
      canvas.width = Math.round(width * density);
      canvas.height = Math.round(height * density);
      const context = canvas.getContext("2d");
      if (!context) return;
      context.scale(density, density);
      context.fillStyle = getComputedStyle(canvas).color;
      for (let x = 0; x < width; x += 1) {
        const from = Math.floor((x * total) / width);
        const to = Math.max(Math.floor(((x + 1) * total) / width), from + 1);
        const here = depths.subarray(from, to);
        const deep = here.reduce((most, depth) => Math.max(most, depth), 0);
        const usual = here.reduce((sum, depth) => sum + depth, 0) / here.length;
        // Where many steps share a pixel: faint up to the deepest, full up to the mean.
        for (const [alpha, depth] of /** @type {const} */ ([[0.4, deep], [1, usual]])) {
          const tall = (depth / deepest) * (height - 2);
          context.globalAlpha = alpha;
          context.fillRect(x, height - tall, 1, tall);
        }
      }
    },
    /**
     * @param {number} step
     * @param {import("./layout.js").Window} window
     */
    show(step, { first, last }) {
      element.style.setProperty("--tp-at", String(step / total));
      element.style.setProperty("--tp-first", String(first / total));
      element.style.setProperty("--tp-last", String(last / total));
    },
  };
}
