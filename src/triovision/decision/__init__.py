"""From logits to an answer.

calibration.py     logits -> probabilities
places.py          the deepest place that stands
country_sets.py    which countries the true one is among
reliability.py     how often a confidence is right
gate.py            whether it is a photo of a place at all
wording.py         the words, and the record for machines
record_writers.py  records as JSON, CSV and GeoJSON
"""

from triovision.decision.calibration import calibrate, make_probabilities
from triovision.decision.country_sets import continent, label_thresholds, make_sets, set_scores
from triovision.decision.gate import looks_like_a_place, place_similarity
from triovision.decision.places import DecisionRule, Thresholds
from triovision.decision.reliability import observed_share
from triovision.decision.wording import (
    answer_record,
    answer_text,
    confidence_text,
    country_set_text,
    place_name,
    prediction_record,
)

__all__ = [
    "DecisionRule",
    "Thresholds",
    "answer_record",
    "answer_text",
    "calibrate",
    "confidence_text",
    "continent",
    "country_set_text",
    "label_thresholds",
    "looks_like_a_place",
    "make_probabilities",
    "make_sets",
    "observed_share",
    "place_name",
    "place_similarity",
    "prediction_record",
    "set_scores",
]
