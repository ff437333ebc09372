"""`python -m triovision` is `triovision`."""

from triovision.cli import main

main()
