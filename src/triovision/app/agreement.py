"""Whether a photo's own GPS agrees with the answer."""

from __future__ import annotations

from typing import Literal

from triovision.app.analysis import AnalysedPhoto
from triovision.countries import get_region

__all__ = ["Agreement", "gps_agreement"]

Agreement = Literal["agrees", "differs", "unsure", "sea"]


def gps_agreement(photo: AnalysedPhoto) -> Agreement | None:
    """What the photo's own GPS says to the answer.

    Returns:
        `agrees` or `differs` where the answer names a place, `unsure` where it names none, `sea` where the GPS lies in
        no country; None without GPS.
    """
    if not photo.has_gps:
        return None
    if photo.gps_country is None:
        return "sea"
    answer = photo.prediction.answer()
    if answer.place is None:
        return "unsure"
    members = (answer.place,) if answer.level == "country" else get_region(answer.place).members
    return "agrees" if photo.gps_country in members else "differs"
