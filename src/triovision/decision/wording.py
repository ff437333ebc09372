"""An answer in words, and as a record for machines: one source for command line, service, app and library."""

from __future__ import annotations

from typing import Any

from triovision.countries import country_name, region_name
from triovision.prediction import Answer, Prediction

__all__ = ["answer_record", "answer_text", "country_set_text", "place_name", "prediction_record"]

_SHOWN_CANDIDATES = 3
_NOT_SURE = {"en": "Not sure", "fr": "Pas sûr"}
_COUNTRY_SET = {
    "en": "The true country is among these {count} for {share} % of photos:",
    "fr": "Le vrai pays est parmi ces {count} pour {share} % des photos :",
}
_MOST_LIKELY = {"en": "most likely", "fr": "le plus probable :"}


def place_name(answer: Answer, language: str = "en") -> str:
    """Name of the answer's place in a language; the word for "not sure" where there is none.

    Raises:
        CountryError: If nobody knows the language.
    """
    if answer.place is None:
        return _phrase(_NOT_SURE, language)
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
    head = name if answer.place is None else f"{name}, {_percent(answer.confidence)}"
    return f"{head} ({_phrase(_MOST_LIKELY, language)} {likely})"


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
