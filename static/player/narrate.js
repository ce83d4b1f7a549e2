// @ts-check
/**
 * The sentence for a step, read from the catalogue by the same reading as `app/trace/narration.py`:
 * the first rule whose `when` agrees with the facts of the step is told.
 */

import catalogue from "../../app/trace/sentences/en.json";
import { isDelegation, isEntry, stepAt } from "./trace.js";

/** @typedef {import("./trace.js").Trace} Trace */
/** @typedef {import("./trace.js").Step} Step */
/** @typedef {Record<string, string>} Facts */
/** @typedef {{say: string, when?: Record<string, string[]>}} Rule */
/** @typedef {{text: string, role: "text" | "name" | "value", action: boolean}} Part */

const MARK = /\{([a-z.]+)\}|([[\]])/g;
/** @type {{actors: Record<string, string>, roles: Record<string, string>, steps: Record<string, Rule[]>, outcomes: Record<string, Rule[]>}} */
const WORDS = /** @type {any} */ (catalogue);

/** What is called by a phrase, not by a name of its own: it begins a sentence with a capital. */
const PHRASES = new Set(Object.values(WORDS.actors).filter((pattern) => !pattern.includes("{")));

/**
 * What an actor is called in a sentence.
 * @param {Trace} trace
 * @param {number | null | undefined} id
 * @returns {string}
 */
export function actorName(trace, id) {
  const actor = id === null || id === undefined ? undefined : trace.actors[id];
  if (!actor) return catalogue.nobody;
  const pattern = WORDS.roles[actor.role ?? ""] ?? WORDS.actors[actor.kind] ?? "{name}";
  const of = pattern.includes("{of}") ? actorName(trace, actor.of) : "";
  // At once, and by a function: a name is taken as it is, also one that reads like a mark, or holds `$&`.
  return pattern.replace(/\{(of|name)\}/g, (_, mark) => (mark === "of" ? of : actor.name));
}

/**
 * Tells the steps of a trace, in any order.
 * @param {Trace} trace
 * @returns {(index: number) => Part[]}
 */
export function narrator(trace) {
  const { givers, receivers, linked } = entriesOf(trace);
  const word = (/** @type {number | undefined} */ kind) => trace.kinds[kind ?? -1] ?? "";
  return (index) => {
    const step = stepAt(trace, index);
    const facts = factsOf(trace, step, word(givers[index]), word(receivers[index]));
    return told(WORDS.steps[step.kind] ?? [], { ...facts, linked: yes(linked[index] === 1) });
  };
}

/**
 * The sentence that says how the run ended.
 * @param {Trace} trace
 */
export function narrateOutcome(trace) {
  const { waiting = [], ...rest } = trace.outcome;
  /** @type {Facts} */
  const facts = { waiting: waiting.join(", ") || catalogue["nothing waiting"] };
  for (const [name, value] of Object.entries(rest)) facts[name] = said(value);
  return plain(told(WORDS.outcomes[trace.outcome.kind] ?? [], facts));
}

/**
 * A sentence as text.
 * @param {Part[]} sentence
 */
export const plain = (sentence) => sentence.map((part) => part.text).join("");

/**
 * A number as the catalogue's sentences write it: 2 and 0.5, never 2.0.
 * @param {string | number | null | undefined} value
 */
export function said(value) {
  if (typeof value === "number") return value.toFixed(9).replace(/\.?0+$/, "");
  return value ?? "";
}

/**
 * For each step: by which kind of step its giver and its receiver were entered last (-1 where they never were),
 * and whether the one has entered the other before.
 * @param {Trace} trace
 */
function entriesOf(trace) {
  const { kind = [], from = [], to = [] } = trace.steps;
  const givers = new Int16Array(trace.length);
  const receivers = new Int16Array(trace.length);
  const linked = new Uint8Array(trace.length);
  /** @type {Set<string>} */
  const links = new Set();
  const enters = trace.kinds.map(isEntry);
  /** @type {Map<number | null, number>} */
  const last = new Map();
  for (let index = 0; index < trace.length; index++) {
    const [what, giver, receiver] = [kind[index] ?? -1, from[index] ?? null, to[index] ?? null];
    givers[index] = last.get(giver) ?? -1;
    receivers[index] = last.get(receiver) ?? -1;
    const link = `${giver} ${receiver}`;
    linked[index] = links.has(link) ? 1 : 0;
    if (!enters[what]) continue;
    last.set(receiver, what);
    links.add(link);
  }
  return { givers, receivers, linked };
}

/**
 * @param {Trace} trace
 * @param {Step} step
 * @param {string} entry how the giver was entered last
 * @param {string} receiverEntry how the receiver was
 */
function factsOf(trace, step, entry, receiverEntry) {
  /** @type {Facts} */
  const facts = {
    from: actorName(trace, step.from),
    to: actorName(trace, step.to),
    value: step.value ?? "",
    line: said(step.line),
    time: said(step.time),
    via: step.via ?? "",
    task: actorName(trace, step.task),
    first: yes(receiverEntry === ""),
    entry,
    "to.entry": receiverEntry,
    link: yes(isDelegation(step.via)),
    self: yes(step.from === step.to),
  };
  for (const end of /** @type {const} */ (["from", "to"])) {
    const id = step[end];
    const actor = id === null ? undefined : trace.actors[id];
    if (!actor) continue;
    facts[`${end}.kind`] = actor.kind;
    facts[`${end}.home`] = actor.home;
    facts[`${end}.role`] = actor.role ?? "";
    facts[`${end}.of`] = actorName(trace, actor.of);
  }
  return facts;
}

/**
 * @param {Rule[]} rules
 * @param {Facts} facts
 */
function told(rules, facts) {
  const holds = (/** @type {Rule} */ rule) =>
    Object.entries(rule.when ?? {}).every(([name, accepted]) => accepted.includes(facts[name] ?? ""));
  const rule = rules.find(holds);
  if (!rule) throw new Error("the last of the rules must hold always");
  const [first, ...rest] = filled(rule.say, facts);
  if (!first || (first.role !== "text" && !PHRASES.has(first.text))) return first ? [first, ...rest] : [];
  return [{ ...first, text: first.text.charAt(0).toUpperCase() + first.text.slice(1) }, ...rest];
}

/**
 * @param {string} pattern
 * @param {Facts} facts
 */
function filled(pattern, facts) {
  /** @type {Part[]} */
  const parts = [];
  let action = false;
  let end = 0;
  const add = (/** @type {string} */ text, /** @type {Part["role"]} */ role) => {
    if (text) parts.push({ text, role, action });
  };
  for (const mark of pattern.matchAll(MARK)) {
    const [whole, fact, bracket] = mark;
    add(pattern.slice(end, mark.index), "text");
    end = mark.index + whole.length;
    if (bracket) action = bracket === "[";
    else if (fact) add(facts[fact] ?? "", roleOf(fact));
  }
  add(pattern.slice(end), "text");
  return parts;
}

/**
 * @param {string} fact
 * @returns {Part["role"]}
 */
function roleOf(fact) {
  if (fact === "from" || fact === "to" || fact === "task" || fact.endsWith(".of")) return "name";
  return fact === "value" ? "value" : "text";
}

const yes = (/** @type {boolean} */ fact) => (fact ? "yes" : "no");
