"""The photos of one session: in memory, bounded, gone with the session."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from triovision.app.analysis import AnalysedPhoto, Upload
from triovision.errors import PhotoError

__all__ = ["Refusal", "Shelf"]

_KINDS = {
    "PhotoEmptyError": "empty",
    "PhotoTooLargeError": "too_large",
    "PhotoFormatError": "format",
    "PhotoCorruptError": "corrupt",
}
_MOST_REFUSALS = 50


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not read: its name, why (a key of the catalogue) and the reader's own words in English."""

    name: str
    reason: str
    detail: str

    @classmethod
    def from_error(cls, name: str, error: PhotoError) -> Refusal:
        """What the page tells of an error."""
        return cls(name, f"refused.{_KINDS.get(type(error).__name__, 'access')}", error.problem)


class Shelf:
    """Photos by content, newest last, one of them selected.

    Args:
        most_photos: How many to keep; the oldest make room.
        most_original_bytes: Originals to keep; the oldest make room, their answers stay.
    """

    def __init__(self, most_photos: int, most_original_bytes: int) -> None:
        self._most_photos = most_photos
        self._most_original_bytes = most_original_bytes
        self._photos: OrderedDict[str, AnalysedPhoto] = OrderedDict()
        self._originals: OrderedDict[str, bytes] = OrderedDict()
        self._selected: str | None = None
        self.refusals: list[Refusal] = []
        self.made_room = False

    def add(self, photo: AnalysedPhoto, original: bytes) -> None:
        """Put a photo on the shelf and select it."""
        self._photos[photo.sha256] = photo
        self._photos.move_to_end(photo.sha256)
        self._originals[photo.sha256] = original
        self._originals.move_to_end(photo.sha256)
        self._selected = photo.sha256
        while len(self._photos) > self._most_photos:
            oldest = next(iter(self._photos))
            self.remove(oldest)
            self.made_room = True
        # One original stays whatever its size, so that the photo just added can be looked at closely.
        while len(self._originals) > 1 and sum(map(len, self._originals.values())) > self._most_original_bytes:
            self._originals.popitem(last=False)

    def refuse(self, refusal: Refusal) -> None:
        """Note a file that was not read."""
        self.refusals = [*self.refusals, refusal][-_MOST_REFUSALS:]

    def replace(self, photo: AnalysedPhoto) -> None:
        """Exchange a photo that is there, for another model's view of it."""
        if photo.sha256 in self._photos:
            self._photos[photo.sha256] = photo

    def remove(self, sha256: str) -> None:
        """Take a photo off the shelf; its neighbour is selected."""
        order = list(self._photos)
        if sha256 not in self._photos:
            return
        place = order.index(sha256)
        del self._photos[sha256]
        self._originals.pop(sha256, None)
        if self._selected == sha256:
            order.remove(sha256)
            self._selected = order[min(place, len(order) - 1)] if order else None

    def clear(self) -> None:
        """Take everything off the shelf."""
        self._photos.clear()
        self._originals.clear()
        self._selected = None
        self.refusals = []
        self.made_room = False

    def select(self, sha256: str) -> None:
        """Show another photo; one that is not there is ignored."""
        if sha256 in self._photos:
            self._selected = sha256

    @property
    def selected(self) -> AnalysedPhoto | None:
        """The photo shown."""
        return self._photos[self._selected] if self._selected is not None else None

    def original(self, sha256: str) -> Upload | None:
        """The file as it came, if it is still in memory."""
        data = self._originals.get(sha256)
        return Upload(self._photos[sha256].name, data) if data is not None else None

    def __len__(self) -> int:
        return len(self._photos)

    def __iter__(self) -> Iterator[AnalysedPhoto]:
        return iter(self._photos.values())
