"""The pure part of the player, its modules by themselves: scenes, sentences, layout."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from app.trace import Trace
from app.trace.narration import narrate, narrate_outcome, plain

from .conftest import GALLERY

type DocumentOf = Callable[[str], dict[str, object]]

MANY_TASKS = """
import asyncio

async def worker(n):
    for _ in range(3):
        await asyncio.sleep(n % 3)
    return n

async def main():
    tasks = [asyncio.create_task(worker(n)) for n in range(20)]
    tasks[3].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("file", GALLERY, ids=lambda file: file.stem)
def test_every_sentence_is_the_one_python_tells(modules: Page, document_of: DocumentOf, file: Path) -> None:
    assert_same_sentences(modules, document_of(file.read_text("utf-8")))


def test_the_sentences_of_tasks_that_fail_and_are_cancelled_are_the_ones_python_tells(
    modules: Page, document_of: DocumentOf
) -> None:
    assert_same_sentences(modules, document_of(MANY_TASKS + "raise ValueError('end')\n"))


def test_a_name_that_reads_like_a_mark_is_taken_as_it_is(modules: Page, document_of: DocumentOf) -> None:
    document: dict[str, Any] = document_of(MANY_TASKS)
    for actor in document["actors"]:
        actor["name"] += "{name}{of}$&"
    assert_same_sentences(modules, document)


def assert_same_sentences(modules: Page, document: dict[str, Any]) -> None:
    trace = Trace.from_json(json.dumps(document))
    told = modules.evaluate(
        """async (document) => {
          const { decode } = await import("/static/player/trace.js");
          const { narrator, narrateOutcome, plain } = await import("/static/player/narrate.js");
          const trace = decode(document);
          const tell = narrator(trace);
          const parts = Array.from({ length: trace.length }, (_, index) => tell(index));
          return {
            parts: parts.map((sentence) => sentence.map(({ text, role, action }) => [text, role, action])),
            plain: parts.map(plain),
            outcome: narrateOutcome(trace),
          };
        }""",
        document,
    )
    sentences = list(narrate(trace))
    assert told["parts"] == [[list(part) for part in sentence] for sentence in sentences]
    assert told["plain"] == [plain(sentence) for sentence in sentences]
    assert told["outcome"] == narrate_outcome(trace.outcome)


def test_a_scene_from_a_snapshot_is_the_scene_from_a_replay(modules: Page, document_of: DocumentOf) -> None:
    different = modules.evaluate(
        """async (document) => {
          const { decode, stepAt } = await import("/static/player/trace.js");
          const { emptyScene } = await import("/static/player/scene.js");
          const { fold } = await import("/static/player/fold.js");
          const { historyOf } = await import("/static/player/history.js");
          const trace = decode(document);
          const history = historyOf(trace);
          const plainly = (_, value) => (value instanceof Map ? [...value].sort((a, b) => a[0] - b[0]) : value);
          const written = (scene) => JSON.stringify(scene, plainly);
          const replayed = emptyScene();
          const different = [];
          for (let index = 0; index < trace.length - 1; index += 1) {
            fold(replayed, stepAt(trace, index), trace);
            if (written(history.sceneAt(index + 1)) !== written(replayed)) different.push(index + 1);
          }
          return { different, length: trace.length };
        }""",
        document_of(MANY_TASKS),
    )
    assert different["length"] > 2 * 256
    assert different["different"] == []


PASSES_UP_AND_YIELDS = """
import asyncio

async def numbers():
    await asyncio.sleep(1)
    yield "own"

async def main():
    async for number in numbers():
        pass

asyncio.run(main())
"""


def test_only_what_a_frame_passes_up_suspends_the_expansion_over_an_async_generator(
    modules: Page, document_of: DocumentOf
) -> None:
    document = document_of(PASSES_UP_AND_YIELDS)
    reached = modules.evaluate(
        """async (document) => {
          const { decode, stepAt } = await import("/static/player/trace.js");
          const { historyOf } = await import("/static/player/history.js");
          const { focusedLink } = await import("/static/player/scene.js");
          const trace = decode(document);
          const history = historyOf(trace);
          const reached = [];
          for (let index = 0; index < trace.length; index += 1) {
            const step = stepAt(trace, index);
            if (step.kind !== "yield" || trace.actors[step.to].kind === "task") continue;
            const link = focusedLink(history.sceneAt(index + 1));
            reached.push([trace.actors[step.from].name, step.via, link.id === step.from, link.via, link.expansion.at]);
          }
          return reached;
        }""",
        document,
    )
    assert reached == [
        ["Future.__await__", "yield", True, "await", "yield"],
        ["sleep", "await", True, "await", "yield"],
        ["numbers", "await", True, "async for", "yield"],
        ["numbers", "yield", True, "async for", "result"],
    ]


NEVER_STARTED = """
import asyncio

async def late():
    pass

async def main():
    asyncio.create_task(late())
    asyncio.get_running_loop().stop()
    await asyncio.sleep(1)

loop = asyncio.new_event_loop()
loop.create_task(main())
loop.run_forever()
"""


def test_the_lane_of_a_coroutine_stands_under_its_task_also_where_that_never_starts(
    modules: Page, document_of: DocumentOf
) -> None:
    rows = modules.evaluate(
        """async (document) => {
          const { decode } = await import("/static/player/trace.js");
          const { historyOf } = await import("/static/player/history.js");
          const { layOut, schedulesOf } = await import("/static/player/timeline/layout.js");
          const trace = decode(document);
          const window = { first: 0, last: trace.length };
          const { rows } = layOut(trace, historyOf(trace).lives, schedulesOf(trace), window);
          return rows.map(({ actor, depth }) => [trace.actors[actor].name, depth]);
        }""",
        document_of(NEVER_STARTED),
    )
    assert rows[rows.index(["Task-2", 0]) :] == [["Task-2", 0], ["late", 0]]


def test_scenes_are_values_that_later_ones_do_not_change(modules: Page, document_of: DocumentOf) -> None:
    assert modules.evaluate(
        """async (document) => {
          const { decode } = await import("/static/player/trace.js");
          const { historyOf } = await import("/static/player/history.js");
          const trace = decode(document);
          const history = historyOf(trace);
          const written = (scene) => JSON.stringify(scene, (_, value) => (value instanceof Map ? [...value] : value));
          const middle = Math.floor(trace.length / 2);
          const before = written(history.sceneAt(middle));
          history.sceneAt(middle).frames.clear();
          history.sceneAt(trace.length);
          return written(history.sceneAt(middle)) === before;
        }""",
        document_of(MANY_TASKS),
    )


def test_a_window_of_the_timeline_holds_its_step_and_stays_in_the_trace(modules: Page) -> None:
    assert (
        modules.evaluate(
            """async () => {
          const { windowAround } = await import("/static/player/timeline/layout.js");
          const bad = [];
          for (const total of [0, 1, 46, 90, 91, 1000, 100000]) {
            for (const size of [16, 60]) {
              for (let step = 0; step <= total; step += 1 + Math.floor(total / 997)) {
                const { first, last } = windowAround(step, total, size);
                const isInTrace = first >= 0 && last <= Math.max(total, 1);
                if (!isInTrace || first > step || last < step) bad.push([total, size, step]);
              }
            }
          }
          return bad;
        }"""
        )
        == []
    )


def test_a_frame_left_out_of_a_deep_chain_is_counted(modules: Page, document_of: DocumentOf) -> None:
    deep = "def g(n):\n    yield n\n    if n:\n        yield from g(n - 1)\n\nprint(sum(g(60)))\n"
    counted = modules.evaluate(
        """async (document) => {
          const { decode, stepAt } = await import("/static/player/trace.js");
          const { historyOf } = await import("/static/player/history.js");
          const { forestOf } = await import("/static/player/stage/forest.js");
          const trace = decode(document);
          const history = historyOf(trace);
          const count = (nodes) => nodes.reduce((sum, node) => sum + (node.left ?? 1) + count(node.children), 0);
          const bad = [];
          for (let step = 1; step < trace.length; step += 37) {
            const scene = history.sceneAt(step);
            const { columns } = forestOf(scene, trace, stepAt(trace, step - 1));
            if (columns.reduce((sum, { roots }) => sum + count(roots), 0) !== scene.frames.size) bad.push(step);
          }
          return bad;
        }""",
        document_of(deep),
    )
    assert counted == []
