"""The command line: `serve` the site, or `trace` one file."""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from app import __version__
from app.resources import assets_problem
from app.sandbox.cold import ColdChildren
from app.sandbox.runner import Recorded, Refused, Runner
from app.settings import Settings, SettingsError, port
from app.trace import Trace
from app.web.summary import transcript

_EXIT_REFUSED: Final = 1
_EXIT_UNUSABLE: Final = 2
_EXIT_INTERRUPTED: Final = 130

# By their numbers, because Python has no `sys.stdin` or `sys.stdout` where the shell closed them, and
# because what cannot be written must not be tried once more on the interpreter's way out.
_STANDARD_INPUT: Final = 0
_STANDARD_OUTPUT: Final = 1


class _Unusable(Exception):
    """What was asked for cannot be done; the message is one plain sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; returns the exit status."""
    given = _parsed(sys.argv[1:] if arguments is None else arguments)
    try:
        settings = Settings.from_environment(os.environ)
        if given.command == "trace":
            return _trace(settings, given.file, as_text=given.text)
        chosen = {name: value for name in ("host", "port", "data") if (value := getattr(given, name)) is not None}
        return _serve(replace(settings, **chosen, unsafe_local=given.unsafe_local))
    except (_Unusable, SettingsError) as reason:
        print(f"yieldscope: {reason}", file=sys.stderr)
        return _EXIT_UNUSABLE
    except KeyboardInterrupt:
        return _EXIT_INTERRUPTED


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("yieldscope", description="Shows how Python really runs coroutines, step by step.")
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    serve = commands.add_parser("serve", help="serve the site; what happens where no command is given")
    serve.add_argument("--host", help="the address to listen at")
    serve.add_argument("--port", type=_port, help="the port to listen at; 0 takes any free one")
    serve.add_argument("--data", type=Path, metavar="FOLDER", help="the folder that keeps the traces")
    serve.add_argument(
        "--unsafe-local",
        action="store_true",
        help="run snippets unconfined, for yourself alone, where this system cannot confine them",
    )
    trace = commands.add_parser("trace", help="run a file of your own, unconfined, and print the trace")
    trace.add_argument("file", metavar="FILE", help="a Python file, or - for standard input")
    trace.add_argument("--text", action="store_true", help="print a sentence per step, not the trace document")
    return parser.parse_args(arguments or ["serve"])


def _port(text: str) -> int:
    try:
        return port(text)
    except ValueError as rule:
        raise argparse.ArgumentTypeError(f"must be {rule}, not {text!r}") from None


def _serve(settings: Settings) -> int:
    # The web's packages take most of the time that `trace` has to be quick in.
    from app.server import ConfinementError, ListenError, serve  # noqa: PLC0415
    from app.store import StoreError  # noqa: PLC0415

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("app").setLevel(logging.INFO)
    if problem := assets_problem():
        print(f"yieldscope: {problem}", file=sys.stderr)
    try:
        serve(settings)
    except (ConfinementError, ListenError, StoreError) as reason:
        raise _Unusable(str(reason)) from None
    return 0


def _trace(settings: Settings, file: str, *, as_text: bool) -> int:
    # A recording that cannot be read is told by its outcome; why there is none at all, by an error alone.
    logging.basicConfig(level=logging.ERROR, format="yieldscope: %(message)s")
    runner = Runner(ColdChildren(settings.limits), settings.limits, workers=1, patience=0)
    match asyncio.run(runner.run(_source(file))):
        case Recorded(trace):
            _write(_lines(trace) if as_text else [trace.to_json(), b"\n"])
            return 0
        case Refused(_, message):
            print(f"yieldscope: {message}", file=sys.stderr)
            return _EXIT_REFUSED


def _source(file: str) -> str:
    if not file:
        raise _Unusable("The name of the file is empty: name a file, or - for standard input.")
    name = "Standard input" if file == "-" else file
    try:
        with open(_STANDARD_INPUT if file == "-" else file, "rb", closefd=file != "-") as opened:
            content = opened.read()
        # Python passes over a byte order mark at the beginning of a file, too.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Unusable(f"{name} is not UTF-8: byte {error.start} cannot be read.") from None
    except OSError as error:
        raise _Unusable(f"{name} cannot be read: {error.strerror}.") from None


def _lines(trace: Trace) -> Iterator[bytes]:
    # A snippet may name or print lone surrogates, which UTF-8 cannot hold.
    return (line.encode("utf-8", "backslashreplace") for line in transcript(trace))


def _write(pieces: Iterable[bytes]) -> None:
    try:
        with open(_STANDARD_OUTPUT, "wb", closefd=False) as output:
            output.writelines(pieces)
    except BrokenPipeError:
        pass  # whoever read the output, `head` perhaps, has had enough
    except OSError as error:
        raise _Unusable(f"The trace cannot be written: {error.strerror}.") from None


if __name__ == "__main__":
    sys.exit(main())
