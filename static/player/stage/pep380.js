// @ts-check
/** The expansion of the link in focus, with the line it stands at lit and its variables filled in. */

import { html, reveal } from "../dom.js";
import { actorName } from "../narrate.js";
import { focusedLink } from "../scene.js";
import { kindClass } from "../kinds.js";
import { iteratedFuture } from "../trace.js";
import { expansionLines } from "./expansion.js";

/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../stage.js").Shown} Shown */

/**
 * @param {Trace} trace
 * @returns {{element: HTMLElement, show: (shown: Shown) => void}}
 */
export function expansionPanel(trace) {
  const link = html("span", "tp-focus");
  const listing = html("pre", { class: "tp-listing", tabindex: "0", role: "region", "aria-label": "PEP 380 expansion" });
  const variables = html("dl", "tp-variables");
  const hint = html("p", "tp-hint", "When a frame delegates, the loop that its yield from or await stands for is shown here.");
  const title = html("h2", "tp-title", "PEP 380 ", link);
  const element = html("section", "tp-panel tp-panel-pep", title, hint, listing, variables);

  return {
    element,
    show({ scene, step }) {
      const inner = focusedLink(scene);
      const { expansion = null, via = null } = inner ?? {};
      hint.hidden = inner !== null;
      listing.hidden = variables.hidden = inner === null;
      if (!inner || !expansion || via === null) {
        link.textContent = "";
        return;
      }
      const awaited = iteratedFuture(trace.actors[inner.id]) ?? inner.id;
      const verb = via === "yield from" ? "delegates to" : "awaits";
      // The colour of the step where it went over this very link; else it is the link gone over last.
      const isNow = step !== null && [step.from, step.to].includes(inner.id) && [step.from, step.to].includes(inner.up);
      link.replaceChildren(
        ...(isNow ? [] : [html("span", "tp-focus-age", "last link:"), " "]),
        `${actorName(trace, inner.up)} ${verb} ${actorName(trace, awaited)}`,
      );
      title.title = link.textContent ?? "";
      element.classList.toggle("tp-panel-stale", !isNow);
      listing.setAttribute("class", `tp-listing ${isNow ? kindClass(step.kind) : "tp-at-rest"}`);
      const rows = expansionLines(via, expansion).map(({ text, lit }) => html("span", lit ? "tp-row tp-lit" : "tp-row", indented(text)));
      listing.replaceChildren(...rows);
      const values = { _i: actorName(trace, inner.id), _y: expansion.y, _s: expansion.s, _r: expansion.r, _e: expansion.e };
      const pairs = Object.entries(values).map(([name, value]) =>
        html("div", value === null ? "tp-variable tp-unset" : "tp-variable", html("dt", {}, name), html("dd", {}, value ?? "–")),
      );
      variables.replaceChildren(...pairs);
      const lit = rows.find((row) => row.classList.contains("tp-lit"));
      if (lit) reveal(listing, lit, { margin: 40 });
    },
  };
}

/**
 * How wide a level is drawn is left to the style: the panel is narrow.
 * @param {string} line indented by four spaces a level
 */
const indented = (line) => line.replaceAll("    ", "\t");
