// @ts-check
/** The keys of the player, as a table: the help dialog shows what the keyboard does. */

/** @typedef {import("./playback.js").Action | "help"} Command */
/** @typedef {{keys: string[], shown: string, command: Command, says: string}} Key */

/** @type {Key[]} */
export const KEYS = [
  { keys: [" "], shown: "Space", command: "toggle", says: "play, or pause" },
  { keys: ["ArrowRight"], shown: "→", command: "forward", says: "one step on" },
  { keys: ["ArrowLeft"], shown: "←", command: "back", says: "one step back" },
  { keys: ["Home"], shown: "Home", command: "first", says: "to the beginning" },
  { keys: ["End"], shown: "End", command: "last", says: "to the end" },
  { keys: ["PageDown"], shown: "Page ↓", command: "nextStop", says: "to the next iteration of the event loop, or ten steps on" },
  { keys: ["PageUp"], shown: "Page ↑", command: "previousStop", says: "to the iteration before, or ten steps back" },
  { keys: ["W"], shown: "W", command: "why", says: "why now? To the step behind this one, back to a line of code" },
  { keys: ["Escape", "Shift+W"], shown: "Esc", command: "comeBack", says: "back to the step that was asked about; also Shift+W" },
  { keys: [".", ">"], shown: ".", command: "faster", says: "play faster" },
  { keys: [",", "<"], shown: ",", command: "slower", says: "play slower" },
  { keys: ["?"], shown: "?", command: "help", says: "this help" },
];

/**
 * The label of a control, with the key that does the same.
 * @param {Command} name
 * @param {string} label
 */
export const hint = (name, label) => `${label} (${KEYS.find(({ command }) => command === name)?.shown})`;

const TYPING = "input:not([type=range]), textarea, select, [contenteditable]:not([contenteditable=false])";
const PRESSABLE = "button, a[href], summary";

/**
 * @param {HTMLElement} player
 * @param {(command: Command) => boolean | void} command says `false` where there was nothing to do
 * @param {AbortSignal} signal
 */
export function listenToKeys(player, command, signal) {
  const listen = (/** @type {KeyboardEvent} */ event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest(TYPING) || document.querySelector("dialog[open], :popover-open")) return;
    if (event.key === " " && target.closest(PRESSABLE)) return;
    // Of several players on a page, the one with the focus is meant, else the first.
    if ((target.closest(player.localName) ?? document.querySelector(player.localName)) !== player) return;
    const key = KEYS.find(({ keys }) => keys.includes(nameOf(event)));
    // Escape may be meant for somebody else.
    if (key && command(key.command) !== false) event.preventDefault();
  };
  document.addEventListener("keydown", listen, { signal });
}

/**
 * A letter is the same key with Caps Lock on.
 * @param {KeyboardEvent} event
 */
function nameOf({ key, shiftKey }) {
  if (!/^[a-z]$/i.test(key)) return key;
  return `${shiftKey ? "Shift+" : ""}${key.toUpperCase()}`;
}
