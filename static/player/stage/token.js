// @ts-check
/** The value on its way: a token that travels along the one link its step goes over. */

import { html, svg } from "../dom.js";
import { glyph, kindClass } from "../kinds.js";

/** @typedef {import("../trace.js").Step} Step */
/** @typedef {import("../stage.js").Shown} Shown */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

const VALUE_SHOWN = 32;
const CLEARANCE = 4;
const TOKEN_AT = 0.62;
const FRAMES = 16;

/**
 * @param {HTMLElement} stage the positioned element it is drawn over
 * @returns {{show: (shown: Shown, duration: number) => void, redraw: () => void}} a `duration` of 0 moves nothing
 */
export function tokenLayer(stage) {
  const path = svg("path", "tp-way");
  const head = svg("path", "tp-way-head");
  const drawing = svg("svg", { class: "tp-way-layer", "aria-hidden": "true" }, path, head);
  const token = html("div", { class: "tp-token", "aria-hidden": "true" });
  const layer = html("div", "tp-token-layer", drawing, token);
  stage.append(layer);
  /** @type {Shown | null} */
  let last = null;
  let drawn = "";

  /** @param {number} duration */
  function draw(duration) {
    for (const animation of token.getAnimations()) animation.cancel();
    const ends = last && endsOf(last, stage);
    drawn = ends?.way ?? "";
    layer.hidden = !ends;
    if (!ends) return;
    path.setAttribute("d", ends.way);
    const end = ends.isAlone ? ends.at : path.getPointAtLength(path.getTotalLength());
    const before = path.getPointAtLength(Math.max(0, path.getTotalLength() - 3));
    head.setAttribute("d", ends.isAlone ? "" : arrowHead(before, end));
    const size = token.getBoundingClientRect();
    const places = placesAlong(path, size, ends);
    const rest = places.at(-1) ?? ends.at;
    token.style.setProperty("transform", translation(rest, size));
    if (duration > 0 && places.length > 1) {
      const keyframes = places.map((place) => ({ transform: translation(place, size) }));
      token.animate(keyframes, { duration, easing: "cubic-bezier(.3,.1,.2,1)" });
    }
  }

  return {
    show(shown, duration) {
      last = shown;
      if (shown.step) fillToken(layer, token, shown.step);
      draw(duration);
    },
    redraw() {
      // A panel that scrolled itself before the token was drawn says so only later.
      if (last && (endsOf(last, stage)?.way ?? "") !== drawn) draw(0);
    },
  };
}

/**
 * @param {HTMLElement} layer
 * @param {HTMLElement} token
 * @param {Step} step
 */
function fillToken(layer, token, step) {
  layer.setAttribute("class", `tp-token-layer ${kindClass(step.kind)}`);
  const value = step.value ?? "";
  const cut = value.length > VALUE_SHOWN ? `${value.slice(0, VALUE_SHOWN - 1)}…` : value;
  token.replaceChildren(glyph(step.kind), html("b", {}, step.kind), ...(cut ? [" ", cut] : []));
}

/**
 * @param {Shown} shown
 * @param {HTMLElement} stage
 * @returns {{way: string, at: Point, isAlone: boolean} | null}
 */
function endsOf({ step, anchors, extras }, stage) {
  if (!step) return null;
  const origin = stage.getBoundingClientRect();
  const boxOf = (/** @type {Element | undefined} */ element) => (element?.checkVisibility() ? boxIn(element, origin) : null);
  const giver = step.from === null ? null : boxOf(anchors.get(step.from));
  const receiver = step.kind === "print" ? boxOf(extras.output) : step.to === null ? null : boxOf(anchors.get(step.to));
  const alone = receiver ?? giver;
  if (!alone) return null;
  if (!giver || !receiver || step.from === step.to) {
    const at = { x: alone.right - 24, y: alone.top };
    return { way: `M${at.x} ${at.y}`, at, isAlone: true };
  }
  return { way: wayBetween(giver, receiver), at: { x: receiver.left, y: receiver.top }, isAlone: false };
}

/**
 * @param {Element} element
 * @param {DOMRect} origin
 * @returns {Box}
 */
function boxIn(element, origin) {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  return { left: left - origin.left, top: top - origin.top, right: right - origin.left, bottom: bottom - origin.top };
}

/**
 * Straight down or up where one stands above the other, else a curve from side to side.
 * @param {Box} giver
 * @param {Box} receiver
 */
function wayBetween(giver, receiver) {
  const left = Math.max(giver.left, receiver.left);
  const right = Math.min(giver.right, receiver.right);
  if (right - left > 60) {
    const x = left + (right - left) * TOKEN_AT;
    const isDown = receiver.top >= giver.bottom - 1;
    return isDown ? `M${x} ${giver.bottom}V${receiver.top}` : `M${x} ${giver.top}V${receiver.bottom}`;
  }
  const isRight = receiver.left >= giver.left;
  const from = { x: isRight ? giver.right : giver.left, y: (giver.top + giver.bottom) / 2 };
  const to = { x: isRight ? receiver.left : receiver.right, y: (receiver.top + receiver.bottom) / 2 };
  const bend = (to.x - from.x) / 2;
  return `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`;
}

/**
 * Points from the giver to where the token rests: short of the receiver, which it must not hide.
 * @param {SVGPathElement} path
 * @param {DOMRect} size
 * @param {{at: Point, isAlone: boolean}} ends
 * @returns {Point[]}
 */
function placesAlong(path, size, { at, isAlone }) {
  if (isAlone) return [at];
  const length = path.getTotalLength();
  const end = path.getPointAtLength(length);
  const before = path.getPointAtLength(Math.max(0, length - 8));
  const isSideways = Math.abs(end.x - before.x) > Math.abs(end.y - before.y);
  const short = (isSideways ? size.width / 2 + 8 : size.height / 2) + CLEARANCE;
  // On a way shorter than the token itself, the middle hides least.
  const rest = Math.max(length - short, length / 2);
  return Array.from({ length: FRAMES + 1 }, (_, at) => path.getPointAtLength((rest * at) / FRAMES));
}

/**
 * @param {Point} place of the token's middle
 * @param {DOMRect} size
 */
const translation = (place, size) =>
  `translate(${(place.x - size.width / 2).toFixed(1)}px, ${(place.y - size.height / 2).toFixed(1)}px)`;

/**
 * @param {Point} before
 * @param {Point} end
 */
function arrowHead(before, end) {
  const angle = Math.atan2(end.y - before.y, end.x - before.x);
  const corner = (/** @type {number} */ turn) => `${end.x - 9 * Math.cos(angle + turn)} ${end.y - 9 * Math.sin(angle + turn)}`;
  return `M${end.x} ${end.y}L${corner(0.5)}L${corner(-0.5)}z`;
}
