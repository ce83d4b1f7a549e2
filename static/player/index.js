// @ts-check
import { TracePlayer } from "./player.js";

if (!customElements.get("trace-player")) customElements.define("trace-player", TracePlayer);
