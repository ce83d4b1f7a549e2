// @ts-check
/** The editor's looks, in the colours of `tokens.css`, which reach into its shadow tree. */

import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const LINE = "22px";

export const theme = EditorView.theme({
  "&": {
    backgroundColor: "var(--surface)",
    color: "var(--ink)",
    fontSize: "14px",
    minHeight: "26em",
    maxHeight: "70vh",
  },
  // The frame around the editor shows the focus.
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: LINE, minHeight: "inherit", padding: "10px 0" },
  ".cm-content": { padding: "0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 14px 0 10px" },
  ".cm-gutters": {
    backgroundColor: "var(--surface)",
    color: "var(--ink-quiet)",
    border: "none",
    paddingLeft: "10px",
  },
  // The editor measures its lines when it is scrolled to; until then this keeps the numbers beside them.
  // The first is none of them: it keeps the width of the longest.
  ".cm-gutterElement + .cm-gutterElement": { minHeight: LINE },
  ".cm-matchingBracket": { backgroundColor: "var(--running-line)", color: "inherit" },
  ".cm-error-line": { backgroundColor: "color-mix(in srgb, var(--bad) 12%, transparent)" },
  // Padding, not margins: the editor measures the box of a block to align its line numbers.
  ".cm-error-message": {
    padding: "0 14px 4px 10px",
    backgroundColor: "color-mix(in srgb, var(--bad) 12%, transparent)",
    color: "var(--bad)",
    fontFamily: "var(--font-text)",
    whiteSpace: "pre-wrap",
  },
});

export const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], color: "var(--code-definition)" },
  { tag: [tags.comment], color: "var(--code-comment)", fontStyle: "italic" },
]);
