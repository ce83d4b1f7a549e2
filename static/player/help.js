// @ts-check
/** The help dialog: the keys, and what each sign stands for. */

import vocabulary from "../../app/trace/vocabulary.json";
import { html } from "./dom.js";
import { KEYS } from "./keys.js";
import { glyph, kindClass } from "./kinds.js";

/** @param {AbortSignal} signal */
export function helpDialog(signal) {
  const close = html("button", { type: "button", class: "tp-button" }, "Close");
  const keys = KEYS.map(({ shown, says }) => html("div", {}, html("dt", {}, html("kbd", {}, shown)), html("dd", {}, says)));
  const signs = vocabulary.kinds.map((kind) => html("li", kindClass(kind), glyph(kind, { width: 14, height: 14 }), kind));
  const dialog = html(
    "dialog",
    { class: "tp-dialog", "aria-label": "Keys and signs" },
    html("h2", "tp-title", "Keys"),
    html("dl", "tp-keys", ...keys),
    html("h2", "tp-title", "Signs"),
    html("ul", "tp-signs", ...signs),
    close,
  );
  close.addEventListener("click", () => dialog.close(), { signal });
  return dialog;
}
