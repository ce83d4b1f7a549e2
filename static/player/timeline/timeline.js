// @ts-check
/**
 * The timeline: a window of lanes around the current step, and above it, where the trace is longer
 * than the window, the whole of it.
 */

import { html, reveal, svg } from "../dom.js";
import { drawLanes, rowNames } from "./lanes.js";
import { layOut, schedulesOf, windowAround } from "./layout.js";
import { overviewOf } from "./overview.js";

/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../history.js").History} History */

const PIXELS_PER_STEP = 16;
const STEPS_MOST = 60;
const STEPS_LEAST = 16;
const PADDING = 14;

/**
 * @param {Trace} trace
 * @param {History} history
 * @param {(step: number) => void} seek
 * @param {AbortSignal} signal
 */
export function timelineOf(trace, history, seek, signal) {
  const schedules = schedulesOf(trace);
  const names = html("div");
  const marks = svg("g");
  const veil = svg("rect", { class: "tp-veil", y: 0 });
  const line = svg("line", { class: "tp-playhead-line", y1: 0 });
  const knob = svg("circle", { class: "tp-playhead-knob", r: 5, cy: 6 });
  // Over the veil: the step asked about is later than its causes.
  const trail = svg("g");
  const drawing = svg("svg", { class: "tp-lanes", "aria-hidden": "true" }, marks, veil, trail, line, knob);
  const plot = html("div", {}, drawing);
  const scroller = html("div", { class: "tp-timeline-scroll", role: "region", tabindex: "0", "aria-label": "Timeline" }, names, plot);
  const overview = overviewOf(history.lives, Math.max(trace.length, 1));
  const element = html("section", "tp-timeline", overview.element, scroller);
  element.hidden = trace.length === 0;

  let step = 0;
  /** @type {number[]} */
  let followed = [];
  let width = 0;
  let window = { first: 0, last: 1 };
  let drawn = "";
  /** @type {import("./layout.js").Layout} */
  let layout = { rows: [], bars: [], hops: [], arcs: [], trail: [] };
  const x = (/** @type {number} */ at) => PADDING + ((at - window.first) / (window.last - window.first)) * (width - 2 * PADDING);

  /** Marks the rows of the step, and keeps them in sight where there are more rows than fit. */
  function markRows() {
    const hop = layout.hops.find(({ at }) => at === step);
    for (const name of names.querySelectorAll(".tp-row-now")) name.classList.remove("tp-row-now");
    for (const row of hop ? [hop.from, hop.to] : []) {
      const name = names.children[row];
      name?.classList.add("tp-row-now");
      if (name) reveal(scroller, name, { margin: 8 });
    }
  }

  function show() {
    const size = Math.min(Math.max(Math.floor(width / PIXELS_PER_STEP), STEPS_LEAST), STEPS_MOST);
    window = windowAround(step, trace.length, size);
    const isWhole = window.last - window.first >= trace.length;
    overview.element.hidden = isWhole;
    element.classList.toggle("tp-timeline-paged", !isWhole);
    const key = `${window.first} ${window.last} ${width} ${followed.join()}`;
    if (key !== drawn) redraw(key);
    const at = x(step);
    veil.setAttribute("x", String(at));
    veil.setAttribute("width", String(Math.max(width - at, 0)));
    for (const [name, part] of /** @type {const} */ ([["x1", line], ["x2", line], ["cx", knob]])) part.setAttribute(name, String(at));
    overview.show(step, window);
    markRows();
  }

  /** @param {string} key */
  function redraw(key) {
    drawn = key;
    layout = layOut(trace, history.lives, schedules, window, followed);
    const { height, ...all } = drawLanes(layout, { x, width });
    marks.replaceChildren(...all.marks);
    trail.replaceChildren(...all.trail);
    names.replaceChildren(...rowNames(layout, trace, history.lives));
    drawing.setAttribute("height", String(height));
    veil.setAttribute("height", String(height));
    line.setAttribute("y2", String(height));
  }

  const resize = new ResizeObserver(() => {
    width = plot.clientWidth;
    overview.draw();
    show();
  });
  resize.observe(plot);
  // What is drawn on a canvas keeps its colour until it is drawn again.
  const repaint = () => overview.draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint, { signal });
  const theme = new MutationObserver(repaint);
  theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  signal.addEventListener("abort", () => {
    resize.disconnect();
    theme.disconnect();
  });

  seekByPointer(drawing, (place) => window.first + ((place - PADDING) / (width - 2 * PADDING)) * (window.last - window.first), seek, signal);
  seekByPointer(overview.element, (place) => (place / overview.element.clientWidth) * trace.length, seek, signal);

  return {
    element,
    /**
     * @param {number} now
     * @param {import("../causes.js").Trail | null} trail
     */
    show(now, trail) {
      step = now;
      followed = trail?.steps ?? [];
      show();
    },
  };
}

/**
 * @param {Element} element
 * @param {(place: number) => number} stepAtPlace
 * @param {(step: number) => void} seek
 * @param {AbortSignal} signal
 */
function seekByPointer(element, stepAtPlace, seek, signal) {
  const follow = (/** @type {PointerEvent} */ event) => seek(stepAtPlace(event.clientX - element.getBoundingClientRect().left));
  const options = { signal };
  element.addEventListener(
    "pointerdown",
    (event) => {
      if (!(event instanceof PointerEvent) || event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      follow(event);
    },
    options,
  );
  element.addEventListener(
    "pointermove",
    (event) => {
      if (event instanceof PointerEvent && element.hasPointerCapture(event.pointerId)) follow(event);
    },
    options,
  );
}
