"""What a person can check: where in the photo the model saw it, why not the runner-up, which countries look alike.

records.py     Evidence, HeatMap, Box, SimilarCountry
maps.py        class activation maps of the bundle's own outputs, for odds
similarity.py  countries by their mean embeddings
palette.py     the colour scale
overlay.py     a heat map over its photo
wording.py     evidence in words, and as a record for machines
picture.py     the finished picture of `triovision explain`
"""

from triovision.evidence.maps import activation_map, make_evidence
from triovision.evidence.overlay import overlay
from triovision.evidence.palette import colour_bar
from triovision.evidence.picture import draw_evidence
from triovision.evidence.records import Box, Evidence, HeatMap, SimilarCountry
from triovision.evidence.similarity import country_similarity, similar_countries
from triovision.evidence.wording import caption, evidence_record, evidence_text, legend

__all__ = [
    "Box",
    "Evidence",
    "HeatMap",
    "SimilarCountry",
    "activation_map",
    "caption",
    "colour_bar",
    "country_similarity",
    "draw_evidence",
    "evidence_record",
    "evidence_text",
    "legend",
    "make_evidence",
    "overlay",
    "similar_countries",
]
