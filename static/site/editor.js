// @ts-check
/**
 * CodeMirror over the form's textarea. The textarea stays what is submitted: each change is
 * written into it, and without JavaScript it is the editor.
 */

import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";

import { errorMark, setErrorMark } from "./error-mark.js";
import { highlighting, theme } from "./editor-theme.js";

/**
 * @typedef {object} Editor
 * @property {(line: number, column: number, message: string) => void} mark shows a message at a line, counted from 1
 * @property {() => void} unmark
 */

/**
 * @param {HTMLFormElement} form
 * @returns {Editor}
 */
export function upgradeEditor(form) {
  const textarea = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
  const label = /** @type {HTMLLabelElement} */ (form.querySelector("label"));
  const host = document.createElement("div");
  host.className = "code-editor";
  textarea.before(host);
  textarea.hidden = true;

  // In a shadow tree CodeMirror adopts its style sheets as objects; in the document it would write
  // them into a `<style>`, which the Content-Security-Policy forbids.
  const root = host.attachShadow({ mode: "open" });
  const run = () => {
    form.requestSubmit();
    return true;
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
        lineNumbers(),
        history(),
        indentOnInput(),
        bracketMatching(),
        indentUnit.of("    "),
        python(),
        syntaxHighlighting(highlighting),
        theme,
        errorMark,
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
        EditorView.contentAttributes.of({ "aria-label": label.textContent ?? "" }),
        EditorView.domEventHandlers({ beforeinput: replaceSelection }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) textarea.value = update.state.doc.toString();
        }),
      ],
    }),
  });
  label.addEventListener("click", () => view.focus());
  // Coming back to the page, the browser puts into the textarea what was typed, after scripts ran.
  addEventListener("pageshow", () => {
    const { doc } = view.state;
    if (doc.toString() !== textarea.value) view.dispatch({ changes: { from: 0, to: doc.length, insert: textarea.value } });
  });

  return {
    mark(number, column, message) {
      const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
      const at = Math.min(line.from + Math.max(column - 1, 0), line.to);
      view.dispatch({
        selection: { anchor: at },
        effects: [setErrorMark.of({ from: line.from, message }), EditorView.scrollIntoView(at, { y: "center" })],
      });
      view.focus();
    },
    unmark() {
      view.dispatch({ effects: setErrorMark.of(null) });
    },
  };
}

/**
 * Types over a selection without the browser's help: Chromium keeps the colours of what is typed
 * over as an inline style, which the Content-Security-Policy forbids and the console reports.
 * @param {InputEvent} event
 * @param {EditorView} view
 */
function replaceSelection(event, view) {
  if (event.inputType !== "insertText" || event.data === null || view.state.selection.main.empty) return false;
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  event.preventDefault();
  return true;
}
