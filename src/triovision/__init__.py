"""TrioVision: which country was this photo taken in, how sure, and why.

from triovision import CountryClassifier

classifier = CountryClassifier.load()
print(classifier.predict("holiday.jpg").answer())
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "CountryClassifier",
    "PhotoError",
    "Prediction",
    "TrioVisionError",
    "__version__",
    "answer_text",
    "embedded_models",
]

if TYPE_CHECKING:
    from triovision.classifier import CountryClassifier, embedded_models
    from triovision.decision import answer_text
    from triovision.errors import PhotoError, TrioVisionError
    from triovision.prediction import Answer, Prediction

_HOMES = {
    "Answer": "triovision.prediction",
    "CountryClassifier": "triovision.classifier",
    "PhotoError": "triovision.errors",
    "Prediction": "triovision.prediction",
    "TrioVisionError": "triovision.errors",
    "answer_text": "triovision.decision",
    "embedded_models": "triovision.classifier",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that `import triovision` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'triovision' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
