"""What a bundle is worth: figures over a split of a prepared data set.

metrics.py      the figures, one function each, numpy only
bootstrap.py    intervals around them
outputs.py      a bundle over a split: probabilities, answers, true countries
places.py       regions and distances
report.py       all figures as one JSON-ready object
record.py       headline figures into the bundle's own metadata
"""
