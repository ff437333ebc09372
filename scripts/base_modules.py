"""Print the files of the base package, for `coverage report --include`: all but what the extras bring."""

from __future__ import annotations

from pathlib import Path

EXTRAS = ("data", "training", "export", "evaluation", "app", "service", "library")
EXTRA_COMMANDS = ("app.py", "data.py", "train.py", "export.py", "evaluate.py")

if __name__ == "__main__":
    package = Path(__file__).parent.parent / "src" / "triovision"
    files = [
        path.relative_to(package.parent.parent)
        for path in sorted(package.rglob("*.py"))
        if path.relative_to(package).parts[0] not in EXTRAS
        and not (path.parent.name == "cli" and path.name in EXTRA_COMMANDS)
    ]
    print(",".join(str(path) for path in files))
