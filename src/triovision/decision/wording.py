"""An answer in words, and as a record for machines: one source for command line, service, app and library."""

from __future__ import annotations

from typing import Any

from triovision.countries import country_name, region_name
from triovision.prediction import Answer, Prediction

__all__ = [
    "answer_record",
    "answer_text",
    "confidence_text",
    "country_set_text",
    "place_name",
    "prediction_record",
]

_SHOWN_CANDIDATES = 3
_NOT_SURE = {"en": "Not sure", "fr": "Pas sûr"}
_NO_PLACE = {"en": "Not a photo of a place", "fr": "Pas une photo d’un lieu"}
_NO_PLACE_LINE = {
    "en": "This does not look like a photo of a place (if it is one, most likely {likely})",
    "fr": "Ceci ne ressemble pas à une photo d’un lieu (si c’en est une, le plus probable : {likely})",
}
_COUNTRY_SET = {
    "en": "The true country is among these {count} for {share} % of photos:",
    "fr": "Le vrai pays est parmi ces {count} pour {share} % des photos :",
}
_MOST_LIKELY = {"en": "most likely", "fr": "le plus probable :"}

# From how many right answers in a hundred on an answer is called so.
_SURENESS = (
    (90, {"en": "very sure", "fr": "très sûr"}),
    (65, {"en": "fairly sure", "fr": "assez sûr"}),
    (35, {"en": "unsure", "fr": "peu sûr"}),
    (0, {"en": "a guess", "fr": "une supposition"}),
)
_SURE_AND_HOW_OFTEN = {"en": "{sure}: {often}", "fr": "{sure} : {often}"}
_ONE_IN_TWENTY = 0.05
_ONCE = {"en": "right about 1 time in 10", "fr": "juste environ 1 fois sur 10"}
_OFTEN = {"en": "right about {count} times in 10", "fr": "juste environ {count} fois sur 10"}
_NEARLY_ALWAYS = {"en": "right more than 19 times in 20", "fr": "juste plus de 19 fois sur 20"}
_NEARLY_NEVER = {"en": "right less than 1 time in 20", "fr": "juste moins de 1 fois sur 20"}


def place_name(answer: Answer, language: str = "en") -> str:
    """Name of the answer's place in a language; the words for "not sure" or "no place" where there is none.

    Raises:
        CountryError: If nobody knows the language.
    """
    if answer.place is None:
        return _phrase(_NO_PLACE if answer.level == "no_place" else _NOT_SURE, language)
    if answer.level == "country":
        return country_name(answer.place, language)
    return region_name(answer.place, language)


def answer_text(prediction: Prediction, language: str = "en") -> str:
    """The answer as one line, e.g. "Western Europe, 71 % (most likely FR 24 %, BE 18 %)".

    Raises:
        CountryError: If nobody knows the language.
    """
    answer = prediction.answer()
    name = place_name(answer, language)
    if answer.level == "country":
        return f"{name}, {_percent(answer.confidence)}"
    likely = ", ".join(
        f"{code} {_percent(prediction.probability(code))}" for code in answer.candidates[:_SHOWN_CANDIDATES]
    )
    if answer.level == "no_place":
        return _phrase(_NO_PLACE_LINE, language).format(likely=likely)
    head = name if answer.place is None else f"{name}, {_percent(answer.confidence)}"
    return f"{head} ({_phrase(_MOST_LIKELY, language)} {likely})"


def confidence_text(answer: Answer, language: str = "en") -> str:
    """How much an answer is worth, e.g. "fairly sure: right about 7 times in 10".

    The frequency is the one observed on held-out photos, so the words cannot promise more than the model keeps.

    Args:
        answer: Any.
        language: English and French are known; others get English.

    Returns:
        The words; empty where the bundle does not say how often such answers are right.
    """
    share = answer.right_share
    if share is None:
        return ""
    sureness = next(words for least, words in _SURENESS if round(100 * share) >= least)
    if share >= 1 - _ONE_IN_TWENTY:
        frequency = _phrase(_NEARLY_ALWAYS, language)
    elif share < _ONE_IN_TWENTY:
        frequency = _phrase(_NEARLY_NEVER, language)
    else:
        count = min(9, max(1, round(10 * share)))
        frequency = _phrase(_ONCE if count == 1 else _OFTEN, language).format(count=count)
    return _phrase(_SURE_AND_HOW_OFTEN, language).format(sure=_phrase(sureness, language), often=frequency)


def country_set_text(answer: Answer, language: str = "en", most: int = 12) -> str:
    """The country set as one line, e.g. "True country among these 3 for 90 % of photos: FR BE NL".

    Args:
        answer: Whose set.
        language: English and French are known; others get English.
        most: How many codes to list before an ellipsis.
    """
    codes = " ".join(answer.country_set[:most]) + (" …" if len(answer.country_set) > most else "")
    head = _phrase(_COUNTRY_SET, language).format(count=len(answer.country_set), share=round(100 * answer.set_coverage))
    return f"{head} {codes}"


def answer_record(answer: Answer, language: str = "en") -> dict[str, Any]:
    """The answer as JSON-ready values."""
    return {
        "level": answer.level,
        "place": answer.place,
        "name": place_name(answer, language),
        "confidence": round(answer.confidence, 6),
        "right_share": None if answer.right_share is None else round(answer.right_share, 6),
        "confidence_text": confidence_text(answer, language),
        "candidates": list(answer.candidates),
        "country_set": list(answer.country_set),
        "country_set_coverage": answer.set_coverage,
    }


def prediction_record(prediction: Prediction, top: int = 5, language: str = "en") -> dict[str, Any]:
    """One photo's prediction as JSON-ready values: the record of `--format json` and of the service.

    Args:
        prediction: What the model says.
        top: How many countries to list.
        language: Of the names.

    Raises:
        CountryError: If nobody knows the language.
        ValueError: If top is less than one.
    """
    return {
        "photo": prediction.photo,
        "answer": answer_record(prediction.answer(), language),
        "countries": [
            {"country_code": code, "name": country_name(code, language), "probability": round(probability, 6)}
            for code, probability in prediction.top(top)
        ],
        "model": prediction.model,
        "warnings": list(prediction.warnings),
    }


def _percent(probability: float) -> str:
    # 99.6 % is not certainty, and 0.3 % is not nothing.
    if probability < 0.01:  # noqa: PLR2004
        return "<1 %"
    return f"{min(99, round(100 * probability))} %"


def _phrase(phrases: dict[str, str], language: str) -> str:
    return phrases.get(language.replace("-", "_").split("_")[0].lower(), phrases["en"])
