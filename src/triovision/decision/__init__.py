"""From logits to an answer: calibration, the deepest place that stands, the country set, the words."""

from triovision.decision.calibration import calibrate, top_country_set
from triovision.decision.places import DecisionRule, Thresholds
from triovision.decision.wording import answer_record, answer_text, country_set_text, place_name, prediction_record

__all__ = [
    "DecisionRule",
    "Thresholds",
    "answer_record",
    "answer_text",
    "calibrate",
    "country_set_text",
    "place_name",
    "prediction_record",
    "top_country_set",
]
