// @ts-check
/** The event loop: what it runs, what is ready in which order, which timers are set. */

import { html, reveal } from "../dom.js";
import { actorName, said } from "../narrate.js";

/** @typedef {import("../trace.js").Trace} Trace */
/** @typedef {import("../stage.js").Shown} Shown */

const CHIPS_SHOWN = 5;
// Loop time is a sum of floats.
const SAME_TIME = 1e-9;

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
  const queues = html(
    "div",
    { class: "tp-queues", tabindex: "0", role: "region", "aria-label": "Handles" },
    html("h3", "tp-subtitle", "running"),
    running,
    html("h3", "tp-subtitle", "ready queue"),
    ready,
    html("h3", "tp-subtitle", "timers"),
    timers,
  );
  const titles = html("div", "tp-title-row", html("h2", "tp-title", "Event loop"), clock);
  const element = html("section", "tp-panel tp-panel-loop", titles, queues);
  element.hidden = loopId === undefined;

  return {
    element,
    show({ scene, step, anchors }) {
      const { loop } = scene;
      clock.textContent = loop.iteration ? `iteration ${loop.iteration} · t = ${said(scene.time)} s` : `t = ${said(scene.time)} s`;
      const chip = (/** @type {number} */ handle, /** @type {string} */ kind, /** @type {string} */ due = "") => {
        const name = trace.actors[handle]?.role === "callback" ? `callback ${actorName(trace, handle)}` : actorName(trace, handle);
        const isOverdue = due !== "" && Number(due) < scene.time - SAME_TIME;
        const item = html(
          kind === "running" ? "span" : "li",
          { class: `tp-chip tp-chip-${kind}`, title: name },
          due && html("b", "tp-due", said(Number(due))),
          isOverdue && html("span", "tp-overdue", "overdue"),
          name,
        );
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
      // The places themselves are as wide as the panel: beside them there is no room for a sign.
      const runs = running.lastElementChild ?? running;
      if (loopId !== undefined) anchors.set(loopId, runs);
      // What has just left the panel left it from here.
      if (step?.kind === "ran" && step.from !== null) anchors.set(step.from, runs);
      if (step?.kind === "unschedule" && step.to !== null) anchors.set(step.to, timers.lastElementChild ?? timers);
      for (const id of [step?.from, step?.to]) {
        const place = anchors.get(id ?? -1);
        if (place && queues.contains(place)) reveal(queues, place, { margin: 0 });
      }
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
