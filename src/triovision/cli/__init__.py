"""The command line: `triovision`."""

from triovision.cli.root import cli, main

__all__ = ["cli", "main"]
