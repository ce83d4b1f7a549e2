// @ts-check
/** Links to the step that is shown: the Share button, and the dialog with what to embed. */

import { copy } from "./copy.js";

const SHOWN_FOR = 4000;

export function upgradeSharing() {
  const share = document.getElementById("share");
  const notice = document.getElementById("notice");
  const dialog = document.getElementById("embed-dialog");
  const dialogNotice = document.getElementById("embed-notice");
  const fields = /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */ (
    document.querySelectorAll("[data-address]")
  );
  if (!share || !notice || !dialog || !dialogNotice) return;

  const say = sayerIn(notice);
  const sayInDialog = sayerIn(dialogNotice);
  // The dialog lies above all of the page: what the page still says would show from under it.
  dialog.addEventListener("beforetoggle", () => say(""));

  let step = 0;
  document.addEventListener("stepchange", (event) => {
    step = /** @type {CustomEvent<{step: number}>} */ (event).detail.step;
    share.textContent = `Share step ${step}`;
    for (const field of fields) {
      const address = field.dataset.address ?? "";
      field.value = field.defaultValue.replace(address, `${address}#step=${step}`);
    }
  });

  share.addEventListener("click", async () => {
    const address = new URL(location.href);
    address.hash = `step=${step}`;
    const copied = await copy(address.href);
    say(copied ? `The link to step ${step} is copied.` : `Copy the link by hand: ${address.href}`);
  });

  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(/** @type {HTMLElement} */ (button).dataset.copy ?? "");
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) continue;
    button.addEventListener("click", async () => {
      if (await copy(field.value)) return sayInDialog(`The ${field.labels?.[0]?.textContent?.toLowerCase()} is copied.`);
      field.focus();
      field.select();
      sayInDialog("It is selected: copy it by hand.");
    });
  }
}

/**
 * @param {HTMLElement} place
 * @returns {(text: string) => void} says something there for a while
 */
function sayerIn(place) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let fading;
  return (text) => {
    place.textContent = text;
    clearTimeout(fading);
    fading = setTimeout(() => (place.textContent = ""), SHOWN_FOR);
  };
}
