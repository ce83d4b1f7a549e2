// @ts-check
/** Everything a page does beyond what its markup does by itself. */

import "htmx.org";

import { upgradeEditor } from "./editor.js";
import { upgradeRun } from "./run.js";
import { upgradeSharing } from "./share.js";

for (const element of document.querySelectorAll("[data-needs-script]")) element.removeAttribute("hidden");

const form = document.querySelector("form.editor");
if (form instanceof HTMLFormElement) {
  const editor = upgradeEditor(form);
  upgradeRun(form, editor);
}
upgradeSharing();
