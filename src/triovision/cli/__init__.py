"""The command line: `triovision`."""

from triovision.cli.main import cli, main

__all__ = ["cli", "main"]
