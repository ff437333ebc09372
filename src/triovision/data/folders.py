"""SOURCE as a folder per country: the folder's name is the label."""

from __future__ import annotations

import os
from pathlib import Path

from triovision.countries import country_name
from triovision.data.landmarks import landmark_key
from triovision.data.records import Reject, Sample
from triovision.data.table import find_country
from triovision.errors import CountryError, DataError
from triovision.photo import PHOTO_SUFFIXES

__all__ = ["read_folders"]


def read_folders(root: Path) -> tuple[list[Sample], list[Reject], dict[str, Path]]:
    """Read a folder per country, e.g. `FR/`, `Ivory Coast/`.

    A folder within a country's folder is a landmark (`FR/Mont Saint-Michel/1.jpg`). Hidden files are left alone.

    Args:
        root: The folder that holds the countries' folders.

    Returns:
        Samples; files that cannot be used; the file of each photo.

    Raises:
        DataError: If there are no folders within it.
    """
    samples: list[Sample] = []
    rejects: list[Reject] = []
    countries: dict[str, str | CountryError] = {}
    for relative in _files(root):
        name = relative.as_posix()
        top = relative.parts[0] if len(relative.parts) > 1 else ""
        if top not in countries:
            countries[top] = _country_of(top)
        code = countries[top]
        if not _is_utf8(name):
            rejects.append(Reject(ascii(name), "unreadable: its name is not UTF-8; rename the file"))
        elif isinstance(code, CountryError):
            rejects.append(Reject(name, f"unknown country: {code}"))
        elif relative.suffix.lower() not in PHOTO_SUFFIXES:
            rejects.append(Reject(name, f"unreadable: {relative.suffix or 'no'} suffix is not a photo's"))
        else:
            samples.append(Sample(name, code, landmark=_landmark(relative, code)))
    if not samples and not rejects:
        raise DataError(f"{root}: holds no photos; put them into one folder per country, named by code or name")
    return samples, rejects, {sample.photo: root / sample.photo for sample in samples}


def _files(root: Path) -> list[Path]:
    try:
        found = []
        for parent, folders, files in os.walk(root, onerror=_raise):
            folders[:] = [folder for folder in folders if not folder.startswith(".")]
            found += [Path(parent, file).relative_to(root) for file in files if not file.startswith(".")]
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be read ({error.strerror}); check its permissions") from None
    return sorted(found)


def _raise(error: OSError) -> None:
    raise error


def _country_of(folder: str) -> str | CountryError:
    if not folder:
        return CountryError("it lies outside the countries' folders; move it into its country's folder")
    try:
        return find_country(folder)
    except CountryError as error:
        return error


def _landmark(relative: Path, country_code: str) -> str:
    places = relative.parts[1:-1]
    # The country in front: `Old Town/` means another place in every country.
    return landmark_key(f"{country_name(country_code)} {' '.join(places)}") if places else ""


def _is_utf8(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
