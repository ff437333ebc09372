"""The product's own commands, for benchmarks that prepare, train, export and evaluate."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path


def triovision(*arguments: str | Path) -> None:
    """Run a command of the product; its progress goes to standard error."""
    subprocess.run([sys.executable, "-m", "triovision", *map(str, arguments)], check=True, stdout=sys.stderr)


def once(path: Path, make: Callable[[], None]) -> Path:
    """Make a file or folder, unless a run before has finished it."""
    if not path.exists():
        make()
    return path


def parse_data_and_table(description: str | None) -> argparse.Namespace:
    """The arguments DATA (a prepared folder), PHOTOS.csv (its table) and --work FOLDER."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("table", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    return parser.parse_args()
