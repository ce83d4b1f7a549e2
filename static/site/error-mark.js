// @ts-check
/** The mark of a line that is not Python, with the message under it, until the text is changed. */

import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";

/** @typedef {{from: number, message: string}} ErrorAt `from` is where the line begins */

/** @type {import("@codemirror/state").StateEffectType<ErrorAt | null>} */
export const setErrorMark = StateEffect.define();

class Message extends WidgetType {
  /** @param {string} text */
  constructor(text) {
    super();
    this.text = text;
  }

  /**
   * @override
   * @param {Message} other
   */
  eq(other) {
    return other.text === this.text;
  }

  /** @override */
  toDOM() {
    const element = document.createElement("div");
    element.className = "cm-error-message";
    // The page announces the same sentence below the editor.
    element.setAttribute("aria-hidden", "true");
    element.textContent = this.text;
    return element;
  }
}

/** @type {StateField<import("@codemirror/view").DecorationSet>} */
export const errorMark = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects) {
      if (effect.is(setErrorMark)) next = effect.value ? marked(transaction.state, effect.value) : Decoration.none;
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/**
 * @param {import("@codemirror/state").EditorState} state
 * @param {ErrorAt} error
 */
function marked(state, { from, message }) {
  const line = state.doc.lineAt(from);
  return Decoration.set([
    Decoration.line({ class: "cm-error-line" }).range(line.from),
    Decoration.widget({ widget: new Message(message), block: true, side: 1 }).range(line.to),
  ]);
}
