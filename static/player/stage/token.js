// @ts-check
/** The value on its way: a token that travels along the one link its step goes over. */

import { html, svg } from "../dom.js";
import { glyph, kindClass, kindName } from "../kinds.js";

/** @typedef {import("../trace.js").Step} Step */
/** @typedef {import("../stage.js").Shown} Shown */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */
/**
 * @typedef {object} Ends
 * @property {string} way an SVG path from the giver to the receiver, empty where one of them is not on the stage
 * @property {Box} at the receiver, or the only one that is there
 * @property {boolean} isLink does it lead along a link between two cards?
 * @property {boolean} isSign is a sign enough, where the chip beside it says the rest?
 * @property {boolean} isBelow is it to stand under what it is about, which has something to say at its corner?
 */

/** Nobody gives anything by these: what they are about says so itself. */
const WITHOUT_TOKEN = new Set(["abandon", "note"]);
const VALUE_SHOWN = 26;
const CLEARANCE = 4;
const EDGE = 6;
const NEIGHBOURS_APART = 90;
const WAY_AT = 0.7;
// How far the label beside a link reaches into the gap between two cards.
const LABEL_WIDTH = 118;
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
    drawn = JSON.stringify(ends);
    layer.hidden = !ends;
    if (!ends) return;
    layer.classList.toggle("tp-token-sign", ends.isSign);
    path.setAttribute("d", ends.way);
    head.setAttribute("d", ends.way ? arrowHead(path) : "");
    const size = token.getBoundingClientRect();
    const most = stage.clientWidth - size.width - EDGE;
    const keyframes = (ends.way ? placesAlong(path, size, ends) : [placeBeside(ends, size)]).map(({ x, y }) => ({
      transform: `translate(${Math.max(Math.min(x - size.width / 2, most), EDGE).toFixed(1)}px, ${(y - size.height / 2).toFixed(1)}px)`,
    }));
    token.style.setProperty("transform", keyframes.at(-1)?.transform ?? "");
    if (duration > 0 && ends.way) token.animate(keyframes, { duration, easing: "cubic-bezier(.3,.1,.2,1)" });
  }

  return {
    show(shown, duration) {
      last = shown;
      if (shown.step) fillToken(layer, token, shown.step);
      draw(duration);
    },
    redraw() {
      // A panel that scrolled itself before the token was drawn says so only later.
      if (last && JSON.stringify(endsOf(last, stage)) !== drawn) draw(0);
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
  token.replaceChildren(glyph(step.kind), html("b", {}, kindName(step)), ...(cut ? [" ", cut] : []));
}

/**
 * @param {Shown} shown
 * @param {HTMLElement} stage
 * @returns {Ends | null}
 */
function endsOf({ step, anchors, extras }, stage) {
  if (!step || WITHOUT_TOKEN.has(step.kind)) return null;
  const origin = stage.getBoundingClientRect();
  const giver = step.from === null ? undefined : anchors.get(step.from);
  const receiver = step.kind === "print" ? extras.output : step.to === null ? undefined : anchors.get(step.to);
  const [from, to] = [giver, receiver].map((element) => (element?.checkVisibility() ? boxIn(element, origin) : null));
  const at = to ?? from;
  if (!at) return null;
  // Within the loop's panel the chip itself shows the way.
  const isInPanel = [giver, receiver].every((element) => !element || element.closest(".tp-panel-loop"));
  const rest = { way: "", at, isLink: false, isSign: isInPanel, isBelow: step.kind === "refuse" };
  // What is refused goes nowhere.
  if (!from || !to || giver === receiver || isInPanel || rest.isBelow) return rest;
  return { ...rest, way: wayBetween(from, to), isLink: isBetweenNeighbours(from, to) };
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
 * @param {Box} giver
 * @param {Box} receiver
 */
function isBetweenNeighbours(giver, receiver) {
  const overlap = Math.min(giver.right, receiver.right) - Math.max(giver.left, receiver.left);
  return overlap > 60 && distance(giver, receiver) < NEIGHBOURS_APART;
}

/**
 * @param {Box} one
 * @param {Box} other
 */
const distance = (one, other) => Math.max(one.top, other.top) - Math.min(one.bottom, other.bottom);

/**
 * Straight along the link between neighbours, else a curve that keeps clear of what stands between.
 * @param {Box} giver
 * @param {Box} receiver
 */
function wayBetween(giver, receiver) {
  if (isBetweenNeighbours(giver, receiver)) {
    const left = Math.max(giver.left, receiver.left);
    const x = left + (Math.min(giver.right, receiver.right) - left) * WAY_AT;
    return receiver.top >= giver.bottom - 1 ? `M${x} ${giver.bottom}V${receiver.top}` : `M${x} ${giver.top}V${receiver.bottom}`;
  }
  const isBeside = receiver.left >= giver.right || receiver.right <= giver.left;
  const isRight = receiver.left >= giver.left;
  const from = { x: isRight || !isBeside ? giver.right : giver.left, y: (giver.top + giver.bottom) / 2 };
  const to = { x: isBeside && isRight ? receiver.left : receiver.right, y: (receiver.top + receiver.bottom) / 2 };
  if (!isBeside) {
    const out = Math.max(from.x, to.x) + 40;
    return `M${from.x} ${from.y}C${out} ${from.y} ${out} ${to.y} ${to.x} ${to.y}`;
  }
  const bend = (to.x - from.x) / 2;
  return `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`;
}

/**
 * Points from the giver to where the token rests: short of the receiver, which it must not hide.
 * @param {SVGPathElement} path
 * @param {DOMRect} size
 * @param {Ends} ends
 * @returns {Point[]}
 */
function placesAlong(path, size, { at, isLink }) {
  const length = path.getTotalLength();
  const short = (isLink ? size.height / 2 : size.width / 2 + 8) + CLEARANCE;
  // On a way shorter than the token itself, the middle hides least.
  const rest = Math.max(length - short, length / 2);
  const leftmost = isLink ? at.left + LABEL_WIDTH + size.width / 2 : 0;
  return Array.from({ length: FRAMES + 1 }, (_, frame) => {
    const { x, y } = path.getPointAtLength((rest * frame) / FRAMES);
    return { x: Math.max(x, leftmost), y };
  });
}

/**
 * Where the token stands when it does not travel: right of a chip, on a card's corner, or under it.
 * @param {Ends} ends
 * @param {DOMRect} size
 * @returns {Point}
 */
function placeBeside({ at: box, isBelow }, size) {
  if (isBelow) return { x: Math.max(box.right - size.width / 2, box.left + size.width / 2), y: box.bottom + size.height / 2 + CLEARANCE };
  const isLow = box.bottom - box.top < 40;
  return isLow ? { x: box.right + size.width / 2 + 8, y: (box.top + box.bottom) / 2 } : { x: box.right - 24, y: box.top };
}

/** @param {SVGPathElement} path */
function arrowHead(path) {
  const length = path.getTotalLength();
  const end = path.getPointAtLength(length);
  const before = path.getPointAtLength(Math.max(0, length - 3));
  const angle = Math.atan2(end.y - before.y, end.x - before.x);
  const corner = (/** @type {number} */ turn) => `${end.x - 9 * Math.cos(angle + turn)} ${end.y - 9 * Math.sin(angle + turn)}`;
  return `M${end.x} ${end.y}L${corner(0.5)}L${corner(-0.5)}z`;
}
