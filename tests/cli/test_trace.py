"""`trace`: one run, as a document or as sentences."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from app import __version__
from app.gallery import snippets
from app.trace import Trace
from tests.cli.conftest import COMMAND, ROOT, Cli
from tests.spoiling import SPOILING

GENERATOR = "def g():\n    got = yield 1\n    return got\n\nx = g()\nnext(x)\n"


def test_a_trace_is_a_line_of_json(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "snippet.py"
    file.write_text(GENERATOR)
    done = cli("trace", str(file))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\n")
    trace = Trace.from_json(done.stdout)
    assert trace.source == GENERATOR
    assert [step.kind for step in trace.steps()][:3] == ["create", "send", "yield"]


def test_a_transcript_has_a_sentence_per_step_and_one_for_the_outcome(cli: Cli) -> None:
    steps = len(Trace.from_json(cli("trace", "-", given=GENERATOR).stdout))
    done = cli("trace", "-", "--text", given=GENERATOR)
    lines = done.stdout.splitlines()
    assert len(lines) == steps + 1
    assert lines[-1] == "The snippet ran to its end."


def test_the_same_snippet_gives_the_same_bytes(cli: Cli) -> None:
    source = snippets()[6].source
    assert cli("trace", "-", given=source).stdout == cli("trace", "-", given=source).stdout


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("1 / 0", "exception"),
        ("raise SystemExit(3)", "exit"),
        ("x = (", "syntax error"),
        ("\0", "syntax error"),
        ("import os; os._exit(5)", "crash"),
        ("#" * 65_537, "source limit"),
        ("while True: pass", "cpu limit"),
        ("import select; select.select([], [], [])", "time limit"),
        ("def g(): yield\nwhile True: list(g())", "step limit"),
    ],
)
def test_the_snippets_own_failure_is_in_the_outcome_and_the_status_is_zero(cli: Cli, source: str, outcome: str) -> None:
    # A machine that is busy with other things gives a second of its processor late.
    wall = "1" if outcome == "time limit" else "30"
    limits = {"YIELDSCOPE_CPU_SECONDS": "1", "YIELDSCOPE_WALL_SECONDS": wall, "YIELDSCOPE_STEPS": "500"}
    done = cli("trace", "-", given=source, **limits)
    assert done.returncode == 0
    assert json.loads(done.stdout)["outcome"]["kind"] == outcome


def test_a_byte_order_mark_is_passed_over(cli: Cli) -> None:
    done = cli("trace", "-", given="\N{BYTE ORDER MARK}print('é')")
    assert Trace.from_json(done.stdout).source == "print('é')"


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="finds its descriptors in /proc")
def test_a_snippet_that_spoils_its_recording_is_told_so_in_the_outcome_alone(cli: Cli) -> None:
    done = cli("trace", "-", "--text", given=SPOILING)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the snippet wrote into its own recording" in done.stdout
    assert done.stdout.count("\n") == 1


def test_text_that_utf8_cannot_hold_is_written_all_the_same(cli: Cli) -> None:
    done = cli("trace", "-", "--text", given="print(chr(0xd800))")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["missing.py", ".", "latin1.py"])
def test_a_file_that_cannot_be_read_is_one_plain_sentence(cli: Cli, tmp_path: Path, name: str) -> None:
    (tmp_path / "latin1.py").write_bytes(b"x = '\xe9'\n")
    done = cli("trace", str(tmp_path / name))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("yieldscope: ")
    assert done.stderr.count("\n") == 1


def test_input_that_is_not_utf8_is_called_by_its_name(cli: Cli) -> None:
    assert cli("trace", "-", given=b"x = '\xe9'\n").stderr == (
        "yieldscope: Standard input is not UTF-8: byte 5 cannot be read.\n"
    )


def test_a_file_without_a_name_is_one_plain_sentence(cli: Cli) -> None:
    done = cli("trace", "")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "yieldscope: The name of the file is empty: name a file, or - for standard input.\n"


@pytest.mark.parametrize(
    ("redirection", "sentence"),
    [
        (">&-", "The trace cannot be written: Bad file descriptor."),
        ("<&-", "Standard input cannot be read: Bad file descriptor."),
        pytest.param(
            ">/dev/full",
            "The trace cannot be written: No space left on device.",
            marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="writes to /dev/full"),
        ),
    ],
)
@pytest.mark.parametrize("options", ["", "--text"])
def test_a_stream_that_cannot_be_used_is_one_plain_sentence(options: str, redirection: str, sentence: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$@" trace - {options} {redirection}', "sh", *COMMAND],
        cwd=ROOT,
        input=b"print(1)\n",
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.decode()) == (2, b"", f"yieldscope: {sentence}\n")


def test_the_version_is_the_one_that_is_installed(cli: Cli) -> None:
    done = cli("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"yieldscope {__version__}\n", "")


@pytest.mark.parametrize("arguments", [["trace"], ["trace", "a", "b"], ["nonsense"], ["serve", "--port", "x"]])
def test_arguments_that_cannot_be_used_are_refused(cli: Cli, arguments: list[str]) -> None:
    done = cli(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_setting_that_cannot_be_used_is_one_plain_sentence(cli: Cli) -> None:
    done = cli("trace", "-", YIELDSCOPE_WALL_SECONDS="soon")
    assert done.returncode == 2
    assert done.stderr == "yieldscope: YIELDSCOPE_WALL_SECONDS must be a number of seconds above 0, not 'soon'.\n"


@pytest.mark.parametrize("options", [[], ["--text"]])
def test_a_reader_that_has_had_enough_is_no_error(options: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    source = "for number in range(20_000):\n    print(number)\n"
    try:
        done = subprocess.run(
            [*COMMAND, "trace", "-", *options],
            cwd=ROOT,
            input=source.encode(),
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
