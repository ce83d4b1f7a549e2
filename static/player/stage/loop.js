// @ts-check
/** The event loop: what it runs, what is ready in which order, which timers are set. */

import { html } from "../dom.js";
import { actorName, said } from "../narrate.js";

/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../stage.js").Shown} Shown */

const CHIPS_SHOWN = 5;

/**
 * @param {Trace} trace
 * @returns {{element: HTMLElement, show: (shown: Shown) => void}}
 */
export function loopPanel(trace) {
  const loopId = trace.actors.find(({ kind }) => kind === "loop")?.id;
  const clock = html("span", "tp-clock");
  const running = html("div", "tp-chips");
  const ready = html("ol", "tp-chips");
  const timers = html("ol", "tp-chips");
  const element = html(
    "section",
    "tp-panel tp-panel-loop",
    html("div", "tp-title-row", html("h2", "tp-title", "Event loop"), clock),
    html(
      "div",
      "tp-queues",
      html("h3", "tp-subtitle", "running"),
      running,
      html("h3", "tp-subtitle", "ready queue"),
      ready,
      html("h3", "tp-subtitle", "timers"),
      timers,
    ),
  );
  element.hidden = loopId === undefined;

  return {
    element,
    show({ scene, step, anchors }) {
      const { loop } = scene;
      clock.textContent = loop.iteration ? `iteration ${loop.iteration} · t = ${said(scene.time)} s` : `t = ${said(scene.time)} s`;
      const chip = (/** @type {number} */ handle, /** @type {string} */ kind, /** @type {string} */ due = "") => {
        const name = actorName(trace, handle);
        const item = html(kind === "running" ? "span" : "li", `tp-chip tp-chip-${kind}`, due && html("b", "tp-due", said(Number(due))), name);
        anchors.set(handle, item);
        return item;
      };
      const more = (/** @type {number[]} */ handles) => {
        const rest = handles.slice(CHIPS_SHOWN);
        if (rest.length === 0) return [];
        const item = html("li", "tp-quiet", `and ${rest.length} more`);
        for (const handle of rest) anchors.set(handle, item);
        return [item];
      };
      const due = loop.timers.map(({ handle }) => handle);
      const set = loop.timers.slice(0, CHIPS_SHOWN);
      fill(running, loop.running === null ? [] : [chip(loop.running, "running")], "nothing");
      fill(ready, [...loop.ready.slice(0, CHIPS_SHOWN).map((handle) => chip(handle, "ready")), ...more(loop.ready)], "empty");
      fill(timers, [...set.map((timer) => chip(timer.handle, "timer", timer.due)), ...more(due)], "none");
      if (loopId !== undefined) anchors.set(loopId, running);
      // What has just left the panel left it from here.
      if (step?.kind === "ran" && step.from !== null) anchors.set(step.from, running);
      if (step?.kind === "unschedule" && step.to !== null) anchors.set(step.to, timers);
    },
  };
}

/**
 * @param {HTMLElement} place
 * @param {HTMLElement[]} items
 * @param {string} none
 */
function fill(place, items, none) {
  const tag = place.tagName === "OL" ? "li" : "span";
  place.replaceChildren(...(items.length ? items : [html(tag, "tp-quiet", none)]));
}
