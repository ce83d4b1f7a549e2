// @ts-check
/** The snippet, with the running line and the lines of the frames around it and of every suspended one marked. */

import { classHighlighter, highlightCode } from "@lezer/highlight";
import { parser } from "@lezer/python";
import { html, reveal } from "../dom.js";
import { glyph, kindClass } from "../kinds.js";
import { runningFrames } from "../scene.js";

/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../scene.js").Scene} Scene */
/** @typedef {import("../trace.js").Step} Step */
/** @typedef {import("../stage.js").Shown} Shown */

/** @typedef {"running" | "outer" | "suspended" | "failed"} Mark */
/** @type {Record<Mark, {glyph: string, words: string}>} */
const MARKS = {
  running: { glyph: "▶", words: "running" },
  outer: { glyph: "▷", words: "running, further out" },
  suspended: { glyph: "❚❚", words: "suspended" },
  failed: { glyph: "✕", words: "the error is here" },
};

/** What a step says about its line, where that is not only where its giver stands. @type {Record<string, string>} */
const REMARKS = { refuse: "refused here", abandon: "made here", note: "a remark is about this" };
const CAUSE = "the cause is here";

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
  /** @type {Set<number>} */
  let marked = new Set();

  return {
    element,
    show({ scene, step, end }) {
      const marks = marksOf(scene, trace);
      const pointer = pointerOf(step, end);
      const lines = new Set([...marks.keys(), ...(pointer ? [pointer.line] : [])]);
      for (const line of new Set([...marked, ...lines])) {
        const row = rows[line - 1];
        if (row) setMark(row, marks.get(line), pointer?.line === line ? pointer : null);
      }
      marked = lines;
      const [suspended] = marks.keys();
      const running = [...marks].find(([, mark]) => mark === "running" || mark === "failed")?.[0];
      for (const line of [running ?? step?.line ?? suspended, pointer?.line]) {
        const row = rows[(line ?? 0) - 1];
        if (row) reveal(scroller, row);
      }
    },
  };
}

/** @typedef {{line: number, kind: string, words: string}} Pointer to one line, in the colour and by the sign of a step */

/**
 * @param {Step | null} step
 * @param {Step | null} end
 * @returns {Pointer | null}
 */
function pointerOf(step, end) {
  if (end) return end.line === null ? null : { line: end.line, kind: end.kind, words: CAUSE };
  const words = REMARKS[step?.kind ?? ""];
  return words && step?.line ? { line: step.line, kind: step.kind, words } : null;
}

/**
 * @param {Element} row
 * @param {Mark | undefined} mark
 * @param {Pointer | null} pointer its sign takes the place of the mark's
 */
function setMark(row, mark, pointer) {
  const classes = ["tp-line", mark && `tp-line-${mark}`, pointer && `tp-line-pointed ${kindClass(pointer.kind)}`];
  row.setAttribute("class", classes.filter(Boolean).join(" "));
  const { glyph: sign, words } = mark ? MARKS[mark] : { glyph: "", words: "" };
  const said = [words, pointer?.words].filter(Boolean).join(", ");
  const shown = pointer ? glyph(pointer.kind) : html("span", { "aria-hidden": "true" }, sign);
  row.children[1]?.replaceChildren(...(said ? [shown, html("span", "tp-unseen", said)] : []));
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
