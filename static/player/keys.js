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
  { keys: [".", ">"], shown: ".", command: "faster", says: "play faster" },
  { keys: [",", "<"], shown: ",", command: "slower", says: "play slower" },
  { keys: ["?"], shown: "?", command: "help", says: "this help" },
];

const TYPING = "input:not([type=range]), textarea, select, [contenteditable]:not([contenteditable=false])";
const PRESSABLE = "button, a[href], summary";

/**
 * @param {HTMLElement} player
 * @param {(command: Command) => void} command
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
    const key = KEYS.find(({ keys }) => keys.includes(event.key));
    if (!key) return;
    event.preventDefault();
    command(key.command);
  };
  document.addEventListener("keydown", listen, { signal });
}
