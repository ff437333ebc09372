"""What the endpoint answered, on disk: one file per batch, whole or not there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from triovision.data.files import PARTIAL_SUFFIX, json_text, read_json, write_atomic
from triovision.data.provenance.states import StateStatement
from triovision.data.provenance.wikidata import Item
from triovision.errors import DataError

__all__ = ["AnswerCache"]

_VERSION = 1


class AnswerCache:
    """Answers of one endpoint, by category title.

    Answers are looked up by category and not by batch, so a run with another batch size, or one whose batches were
    halved, still finds them. A file that is broken or of another endpoint is not looked at.

    Args:
        folder: Where the files lie; made when the first is written.
        endpoint: Address that was asked.
    """

    def __init__(self, folder: Path, endpoint: str) -> None:
        self._folder = folder
        self._endpoint = endpoint

    def read(self) -> dict[str, tuple[Item, ...]]:
        """All answers; empty where Wikidata had none for a category."""
        answers: dict[str, tuple[Item, ...]] = {}
        for path in sorted(self._folder.glob("*.json")):
            content = read_json(path)
            if not isinstance(content, dict) or content.get("version") != _VERSION:
                continue
            if content.get("endpoint") != self._endpoint:
                continue
            try:
                answers |= {title: tuple(map(_item, rows)) for title, rows in content["answers"].items()}
            except (AttributeError, KeyError, TypeError, ValueError, IndexError):
                continue
        return answers

    def write(self, answers: Mapping[str, Sequence[Item]]) -> None:
        """Keep the answers of one batch.

        Raises:
            DataError: If they cannot be written.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(
                f"{self._folder}: cannot be made ({error.strerror}); choose another folder with --cache"
            ) from None
        name = hashlib.sha256("\n".join([self._endpoint, *sorted(answers)]).encode()).hexdigest()[:32]
        content = {"version": _VERSION, "endpoint": self._endpoint, "answers": answers}
        write_atomic(self._folder / f"{name}.json", json_text(content))

    def sweep(self) -> None:
        """Remove what a killed run left half written."""
        for path in self._folder.glob(f"*{PARTIAL_SUFFIX}"):
            path.unlink(missing_ok=True)


def _item(row: Any) -> Item:
    item, linked, states, points = row
    return Item(
        str(item),
        bool(linked),
        tuple(StateStatement(str(state), str(rank), bool(ended)) for state, rank, ended in states),
        tuple((float(latitude), float(longitude)) for latitude, longitude in points),
    )
