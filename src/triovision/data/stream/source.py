"""Where photos come from: what the line needs to know of a CSV, a folder or the tars of GLDv2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from triovision.data.records import Reject
from triovision.data.stream.chunks import Chunk
from triovision.data.stream.options import StreamOptions

__all__ = ["CardFacts", "PhotoSource", "Seen"]


class CardFacts(NamedTuple):
    """What the data card says of a source.

    Attributes:
        title: Of the card.
        origin: Where the photos and their countries come from, a paragraph.
        biases: One sentence each.
    """

    title: str
    origin: str
    biases: tuple[str, ...]


@dataclass
class Seen:
    """What walking through the chunks showed.

    Attributes:
        rows: bool [n]: which rows of the catalogue have a photo.
        rejects: Photos that are in no catalogue.
        counts: Photos left out, where there are too many to name each.
    """

    rows: NDArray[np.bool_]
    rejects: list[Reject] = field(default_factory=list)
    counts: Mapping[str, int] = field(default_factory=dict)


class PhotoSource(Protocol):
    """Photos, what is known of them, and the chunks that they are prepared in.

    Attributes:
        name: For messages.
        catalogue: See `catalogue.py`.
        problems: What is wrong with the tables, a sentence each.
        seen: Complete once the chunks have been walked through.
        photo_is_id: Whether the photo's own name, and not its hash, becomes the sample's id.
        card: For the data card.
    """

    name: str
    catalogue: Any
    problems: list[str]
    seen: Seen
    photo_is_id: bool
    card: CardFacts

    def expected(self) -> int:
        """About how many photos the chunks hold, for whoever watches."""

    def chunks(self, options: StreamOptions) -> Iterator[Chunk]:
        """All chunks, the same ones in the same order each time."""
