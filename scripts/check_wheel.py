"""Build the wheel, install it alone into an empty environment, and predict with it: no torch, no source tree."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
WORK = ROOT / "build" / "wheel-check"
HEAVY = ("torch", "torchvision", "timm", "lightning", "pandas", "streamlit", "pyarrow", "onnx", "ray")
MAX_WHEEL_BYTES = 25_000_000

# What the app serves to the browser is built, not in git, so it could be forgotten.
FRONTEND = (
    *("components/map-", "components/worker-", "components/world-", "components/lottie-"),
    *("fonts/poppins-latin-400.woff2", "flags/fr.svg", "licences.txt"),
)


def run(*command: str | Path, cwd: Path = WORK) -> str:
    """Run a command; its output on success, the end of the program on failure."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603 - our own commands
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} gave {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def check_frontend(wheel: Path) -> None:
    """End the program if the wheel lacks a part of the app's front end, or has one twice."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for part in FRONTEND:
        found = [name for name in names if name.startswith(f"triovision/app/static/{part}")]
        if len(found) != 1:
            sys.exit(f"{wheel.name} has {len(found)} files static/{part}*, not one")
    if "triovision/pyproject.toml" not in names:
        sys.exit(f"{wheel.name} lacks triovision/pyproject.toml, by which Streamlit finds the components")


def main() -> None:
    """Build, install, predict, and say so."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    run(sys.executable, "-m", "build", "--wheel", "--outdir", WORK, ROOT)
    (wheel,) = WORK.glob("*.whl")
    size_bytes = wheel.stat().st_size
    if size_bytes > MAX_WHEEL_BYTES:
        sys.exit(f"{wheel.name} has {size_bytes:,} bytes, more than {MAX_WHEEL_BYTES:,}")
    check_frontend(wheel)
    venv.create(WORK / "venv", with_pip=True)
    bin_folder = WORK / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    run(bin_folder / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)
    record = json.loads(run(bin_folder / "triovision", "predict", ROOT / "examples" / "summer-palace.jpg"))
    # Its font is a file inside the package.
    run(bin_folder / "triovision", "explain", ROOT / "examples" / "summer-palace.jpg", "--to", WORK / "evidence.png")
    code = f"import importlib.util as u; print([m for m in {HEAVY!r} if u.find_spec(m)])"
    if (present := run(bin_folder / "python", "-c", code).strip()) != "[]":
        sys.exit(f"the base install brings {present}")
    print(f"{wheel.name}, {size_bytes / 1e6:.1f} MB, in an empty environment: {record['answer']}")


if __name__ == "__main__":
    main()
