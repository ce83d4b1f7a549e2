// @ts-check
/** The snippet, with the running line and the lines of the frames around it and of every suspended one marked. */

import { classHighlighter, highlightCode } from "@lezer/highlight";
import { parser } from "@lezer/python";
import { html, reveal } from "../dom.js";
import { runningFrames } from "../scene.js";

/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../stage.js").Shown} Shown */

/** @typedef {"running" | "outer" | "suspended" | "failed"} Mark */
/** @type {Record<Mark, {glyph: string, words: string}>} */
const MARKS = {
  running: { glyph: "▶", words: "running" },
  outer: { glyph: "▷", words: "running, further out" },
  suspended: { glyph: "❚❚", words: "suspended" },
  failed: { glyph: "✕", words: "the error is here" },
};

/**
 * @param {Trace} trace
 * @returns {{element: HTMLElement, show: (shown: Shown) => void}}
 */
export function codePanel(trace) {
  const lines = highlightedLines(trace.source);
  const rows = lines.map((content, at) =>
    html("li", "tp-line", html("span", { class: "tp-number", "aria-hidden": "true" }, String(at + 1)), html("span", "tp-mark"), content),
  );
  const list = html("ol", "tp-code", ...rows);
  list.style.setProperty("--tp-digits", String(String(rows.length).length));
  const scroller = html("div", { class: "tp-scroll", role: "region", tabindex: "0", "aria-label": "Code" }, list);
  const element = html("section", "tp-panel tp-panel-code", html("h2", "tp-title", "Code"), scroller);
  /** @type {Map<number, Mark>} */
  let marked = new Map();

  return {
    element,
    show({ scene, step }) {
      const marks = marksOf(scene, trace);
      for (const line of new Set([...marked.keys(), ...marks.keys()])) {
        const row = rows[line - 1];
        if (row && marked.get(line) !== marks.get(line)) setMark(row, marks.get(line));
      }
      marked = marks;
      const [suspended] = marks.keys();
      const focus = [...marks].find(([, mark]) => mark === "running" || mark === "failed")?.[0] ?? step?.line ?? suspended ?? 0;
      const row = rows[focus - 1];
      if (row) reveal(scroller, row);
    },
  };
}

/**
 * @param {Element} row
 * @param {Mark | undefined} mark
 */
function setMark(row, mark) {
  row.setAttribute("class", mark ? `tp-line tp-line-${mark}` : "tp-line");
  const place = row.children[1];
  if (!mark) place?.replaceChildren();
  else {
    const { glyph, words } = MARKS[mark];
    place?.replaceChildren(html("span", { "aria-hidden": "true" }, glyph), html("span", "tp-unseen", words));
  }
}

/**
 * @param {Scene} scene
 * @param {Trace} trace
 */
function marksOf(scene, trace) {
  /** @type {Map<number, Mark>} */
  const marks = new Map();
  for (const { state, line } of scene.frames.values()) {
    if (state === "suspended" && line !== null) marks.set(line, "suspended");
  }
  const [running, ...outer] = runningFrames(scene, trace);
  for (const { line } of outer) if (line !== null) marks.set(line, "outer");
  if (running?.line) marks.set(running.line, "running");
  const failed = scene.step === trace.length ? trace.outcome.line : undefined;
  if (failed) marks.set(failed, "failed");
  return marks;
}

/**
 * @param {string} source
 * @returns {HTMLElement[]} one element per line
 */
function highlightedLines(source) {
  const lines = [html("code", "tp-text")];
  const add = (/** @type {Node | string} */ content) => lines.at(-1)?.append(content);
  highlightCode(
    source,
    parser.parse(source),
    classHighlighter,
    (text, classes) => add(classes ? html("span", classes, text) : text),
    () => lines.push(html("code", "tp-text")),
  );
  // The line break at the end of the file begins no further line.
  return source.endsWith("\n") ? lines.slice(0, -1) : lines;
}
