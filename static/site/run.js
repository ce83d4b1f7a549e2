// @ts-check
/** Says beside the editor that the snippet runs, and what came of it where that is no trace. */

/** @typedef {import("./editor.js").Editor} Editor */

const NO_ANSWER = "The server did not answer. What you typed is still here: try again in a moment.";

/**
 * @param {HTMLFormElement} form
 * @param {Editor} editor
 */
export function upgradeRun(form, editor) {
  const running = /** @type {HTMLElement} */ (form.querySelector(".running"));
  const problem = /** @type {HTMLElement} */ (form.querySelector("#problem"));

  const mark = () => {
    const told = problem.querySelector("[data-line]");
    if (!(told instanceof HTMLElement)) return editor.unmark();
    // The eye finds the sentence at its line; here it is for those who are told.
    told.classList.add("unseen");
    editor.mark(Number(told.dataset.line), Number(told.dataset.column ?? 1), told.textContent ?? "");
  };

  form.addEventListener("htmx:beforeRequest", () => {
    problem.replaceChildren();
    editor.unmark();
    running.textContent = "Running …";
  });
  form.addEventListener("htmx:afterRequest", () => {
    running.textContent = "";
    mark();
  });
  form.addEventListener("htmx:sendError", () => {
    const told = document.createElement("p");
    told.className = "problem";
    told.textContent = NO_ANSWER;
    problem.replaceChildren(told);
  });
  mark();
}
