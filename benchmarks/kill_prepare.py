"""Kill `data download gldv2` and `data prepare gldv2` at random moments, run them again, compare every byte.

Run: `python benchmarks/kill_prepare.py --kills 20`. Each case is a fresh folder, one SIGKILL at a moment drawn evenly
from the time that a whole run takes, and the same command again; its files must be those of a run that nobody killed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from gldv2_mirror import Spec, write_mirror
from gldv2_server import Behaviour, MirrorServer
from machine import write_result

CODES = ("FR", "JP", "KE", "PE", "DE")
LANDMARKS = 60
# Of the download itself, which names times; what it fetched is compared.
PASSED_OVER = ("download_state.json",)

Command = Callable[[Path], list[str]]


def compute_checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in PASSED_OVER
    }


def start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start the command in a session of its own."""
    command = [sys.executable, "-m", "triovision", *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def run_whole(arguments: Sequence[str]) -> float:
    """Run the command to its end; seconds that it took.

    Raises:
        RuntimeError: If it fails.
    """
    begin = time.monotonic()
    if start(arguments).wait() != 0:
        raise RuntimeError(f"failed: {' '.join(arguments)}")
    return time.monotonic() - begin


def kill_once(arguments: Sequence[str], after_s: float) -> bool:
    """Start the command and kill it after a while; whether it was still running."""
    process = start(arguments)
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def measure(name: str, command: Command, kills: int, scratch: Path, chance: random.Random) -> dict[str, object]:
    """Kill a command so many times; what came of it."""
    whole = scratch / f"{name}-whole"
    duration_s = run_whole(command(whole))
    wanted = compute_checksums(whole)
    moments: list[float] = []
    files: list[int] = []
    identical = 0
    while len(moments) < kills:
        folder = scratch / name
        shutil.rmtree(folder, ignore_errors=True)
        after_s = chance.uniform(0, duration_s)
        if not kill_once(command(folder), after_s):
            continue  # it was faster this time; nothing was killed
        moments.append(round(after_s, 2))
        files.append(sum(len(names) for _, _, names in os.walk(folder)))
        run_whole(command(folder))
        is_same = compute_checksums(folder) == wanted
        identical += is_same
        print(f"{name}: killed after {after_s:.2f} s with {files[-1]} files, then {'same' if is_same else 'DIFFERENT'}")
    return {
        "kills": kills,
        "identical": identical,
        "whole_run_s": round(duration_s, 2),
        "files": len(wanted),
        "killed_after_s": moments,
        "files_when_killed": files,
    }


def write_countries(path: Path) -> None:
    """A country for nine of ten landmarks."""
    rows = [
        {"landmark_id": str(number), "country_code": CODES[number % len(CODES)], "source": "label"}
        for number in range(LANDMARKS)
        if number % 10
    ]
    parquet.write_table(pa.Table.from_pylist(rows), path)


def main() -> None:
    """Kill and compare, as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--photos", type=int, default=150, help="per tar; there are three")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    os.environ["NO_PROXY"] = "127.0.0.1"
    chance = random.Random(given.seed)  # noqa: S311 - moments, not secrets
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        mirror, countries = scratch / "mirror", scratch / "countries.parquet"
        write_mirror(mirror, Spec(shards=3, photos=given.photos, landmarks=LANDMARKS, size_px=(640, 480), broken=3))
        write_countries(countries)
        with MirrorServer(mirror, Behaviour(rate_bytes_s=4_000_000)) as server:

            def download(folder: Path) -> list[str]:
                named = ["--split", "train", "--shards", "0-2", "--to", str(folder), "--base-url", server.url]
                return ["data", "download", "gldv2", *named, "--backoff", "0.05"]

            downloads = measure("download", download, given.kills, scratch, chance)

        def prepare(folder: Path) -> list[str]:
            named = ["--images", str(mirror), "--countries", str(countries), "--to", str(folder)]
            return ["data", "prepare", "gldv2", *named, "--chunk-size", "32", "--shard-size", "50", "--workers", "2"]

        prepares = measure("prepare", prepare, given.kills, scratch, chance)
    path = write_result("kill_prepare", {"download": downloads, "prepare": prepares})
    print(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
