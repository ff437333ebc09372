"""Facts that every benchmark result carries, and the one way to write such a result."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
_PACKAGES = ("cykooz-resizer", "numpy", "onnxruntime", "pillow", "pillow-heif", "simplejpeg", "torch")


def describe_machine() -> dict[str, str]:
    """Commit, date, processor, cores and the versions of what decides speed.

    Returns:
        Plain text by fact; `unknown` where the machine does not say, and no entry for a package that is missing.
    """
    facts = {
        "commit": _commit(),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "cpu": _cpu_model(),
        "cores": str(_core_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    for package in _PACKAGES:
        try:
            facts[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return facts


def write_result(name: str, result: dict[str, object]) -> Path:
    """Write a result with the machine's facts to `results/<name>.json`.

    Args:
        name: Name of the benchmark.
        result: What it measured; must be JSON.

    Returns:
        Where it was written.
    """
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    text = json.dumps({"benchmark": name, "machine": describe_machine(), **result}, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
    return path


def _commit() -> str:
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def _core_count() -> int:
    # What this process may use, which in a container is less than what the machine has.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
