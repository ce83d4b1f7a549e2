// @ts-check
/** Links to the step that is shown: the Share button, and the dialog with what to embed. */

import { copy } from "./copy.js";

const SHOWN_FOR = 4000;

export function upgradeSharing() {
  const share = document.getElementById("share");
  const notice = document.getElementById("notice");
  const fields = /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */ (
    document.querySelectorAll("[data-address]")
  );
  if (!share || !notice) return;

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let fading;
  /** @param {string} text */
  const say = (text) => {
    notice.textContent = text;
    clearTimeout(fading);
    fading = setTimeout(() => (notice.textContent = ""), SHOWN_FOR);
  };

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
    const name = button.textContent;
    button.addEventListener("click", async () => {
      if (await copy(field.value)) {
        button.textContent = "Copied";
        setTimeout(() => (button.textContent = name), SHOWN_FOR);
        return say("Copied.");
      }
      field.focus();
      field.select();
      say("It is selected: copy it by hand.");
    });
  }
}
