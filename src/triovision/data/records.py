"""One sample on its way into the data set, and one photo that does not get there."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

__all__ = ["SPLITS", "Reject", "Sample"]

SPLITS = ("train", "val", "test")

_SAMPLE_ID_CHARACTERS = 16  # 64 bits, as in Google Landmarks v2


class Reject(NamedTuple):
    """A photo that was left out, and why; the reason is `kind: detail`."""

    photo: str
    reason: str

    @property
    def kind(self) -> str:
        """The reason without its detail, for counting."""
        return self.reason.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Sample:
    """One photo with its country.

    Attributes:
        photo: Path as the table gives it, or relative to the folder.
        country_code: ISO alpha-2 code.
        landmark: Key of the place (`landmark_key`), empty where unknown.
        latitude: Degrees, None where unknown.
        longitude: Degrees, None where unknown.
        collection: The photographer or site that the photo comes from, empty where unknown.
        licence: As stated.
        author: As stated.
        split: `train`, `val` or `test`; empty until it is known.
        sha256: Of the photo file, in hexadecimal; empty until the file was read.
        source: How the country is known.
    """

    photo: str
    country_code: str
    landmark: str = ""
    latitude: float | None = None
    longitude: float | None = None
    collection: str = ""
    licence: str = ""
    author: str = ""
    split: str = ""
    sha256: str = ""
    source: str = "label"

    @property
    def sample_id(self) -> str:
        """Name within the data set: it follows the photo's bytes, so renaming a file changes nothing."""
        return self.sha256[:_SAMPLE_ID_CHARACTERS]

    def as_record(self) -> dict[str, Any]:
        """JSON-ready values, the sample's id among them."""
        return {"sample_id": self.sample_id, **asdict(self)}
