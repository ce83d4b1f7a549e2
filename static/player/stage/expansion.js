// @ts-check
/**
 * The expansion of `RESULT = yield from EXPR` as PEP 380 gives it, and which of its lines a link
 * stands at. PEP 492's `await` is the same expansion around another first line.
 * https://peps.python.org/pep-0380/#formal-semantics
 */

/** @typedef {import("../scene.js").Expansion} Expansion */
/** @typedef {{text: string, at?: Expansion["at"][], part?: "throw" | "close"}} Line */

/** @type {Record<string, string>} */
const ITERATOR = {
  "yield from": "iter(EXPR)",
  await: "EXPR.__await__()",
  "async for": "AITER.__anext__().__await__()",
  "async with": "AMGR.__aenter__().__await__()",
};

/** @type {Line[]} */
const LINES = [
  { text: "try:" },
  { text: "    _y = next(_i)", at: ["start", "refused"] },
  { text: "except StopIteration as _e:" },
  { text: "    _r = _e.value" },
  { text: "else:" },
  { text: "    while 1:" },
  { text: "        try:" },
  { text: "            _s = yield _y", at: ["yield"] },
  { text: "        except GeneratorExit as _e:", part: "close" },
  { text: "            try:", part: "close" },
  { text: "                _m = _i.close", part: "close" },
  { text: "            except AttributeError:", part: "close" },
  { text: "                pass", part: "close" },
  { text: "            else:", part: "close" },
  { text: "                _m()", part: "close", at: ["close"] },
  { text: "            raise _e", part: "close", at: ["closed"] },
  { text: "        except BaseException as _e:", part: "throw" },
  { text: "            _x = sys.exc_info()", part: "throw" },
  { text: "            try:", part: "throw" },
  { text: "                _m = _i.throw", part: "throw" },
  { text: "            except AttributeError:", part: "throw" },
  { text: "                raise _e", part: "throw" },
  { text: "            else:", part: "throw" },
  { text: "                try:", part: "throw" },
  { text: "                    _y = _m(*_x)", part: "throw", at: ["throw"] },
  { text: "                except StopIteration as _e:", part: "throw" },
  { text: "                    _r = _e.value", part: "throw" },
  { text: "                    break", part: "throw" },
  { text: "        else:" },
  { text: "            try:" },
  { text: "                if _s is None:" },
  { text: "                    _y = next(_i)", at: ["next"] },
  { text: "                else:" },
  { text: "                    _y = _i.send(_s)", at: ["send"] },
  { text: "            except StopIteration as _e:" },
  { text: "                _r = _e.value" },
  { text: "                break" },
  { text: "RESULT = _r", at: ["result"] },
];

/**
 * The lines in play: a branch for `throw` or `close` that was not entered is one line that says so.
 * @param {string} via
 * @param {Expansion} expansion
 * @returns {{text: string, lit: boolean}[]}
 */
export function expansionLines(via, expansion) {
  const lines = [{ text: `_i = ${ITERATOR[via] ?? "iter(EXPR)"}`, lit: false }];
  /** @type {string | undefined} */
  let folded;
  for (const { text, at, part } of LINES) {
    const isFolded = part !== undefined && part !== expansion.by;
    const lit = at?.includes(expansion.at) ?? false;
    if (!isFolded) lines.push({ text: lit ? `${text}${answer(expansion)}` : text, lit });
    else if (part !== folded) lines.push({ text: `${text} …`, lit: false });
    folded = isFolded ? part : undefined;
  }
  return lines;
}

/**
 * What cannot be entered answers at once.
 * @param {Expansion} expansion
 */
const answer = ({ at, e }) => (at === "refused" ? `  # raises ${e?.split("(")[0]}` : "");
