"""The root command, and the one place where errors become exit codes."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from typing import Any, NoReturn

import click

from triovision import __version__
from triovision.errors import TrioVisionError

__all__ = ["cli", "main"]

# Command -> where it lives: a command's module is imported when it is asked for.
_COMMANDS = {
    "app": "triovision.cli.app:app",
    "compare": "triovision.cli.compare:compare",
    "data": "triovision.cli.data:data",
    "evaluate": "triovision.cli.evaluate:evaluate",
    "explain": "triovision.cli.explain:explain",
    "export": "triovision.cli.export:export",
    "models": "triovision.cli.models:models",
    "predict": "triovision.cli.predict:predict",
    "train": "triovision.cli.train:train",
}

_EXIT_NOTHING_DONE = 2
_EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells do


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        module, _, attribute = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="triovision")
def cli() -> None:
    """Which country was this photo taken in, how sure, and why.

    Works offline, on a small CPU, with the model inside the package.
    """


def main() -> NoReturn:
    """Run the command line and leave the process with its exit code."""
    warnings.showwarning = _show_warning
    try:
        code = cli.main(prog_name="triovision", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except TrioVisionError as error:
        click.echo(f"triovision: error: {error}", err=True)
        sys.exit(_EXIT_NOTHING_DONE)
    except click.Abort:
        sys.exit(_EXIT_INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    click.echo(f"triovision: warning: {message}", err=True)
