"""What a bundle is worth: figures over a split of a prepared data set.

metrics.py      the figures, one function each, numpy only
bootstrap.py    intervals around them
outputs.py      a bundle over a split: probabilities, answers, true countries
places.py       regions and distances
per_sample.py   one value per sample of all that the figures need
groups.py       levels, continents, frequent and rare countries, confused pairs, surest mistakes
curves.py       reliability, risk against coverage, sizes of sets
report.py       all figures as one JSON-ready object
compare.py      two bundles on the same photos
page/           the same as a page to read
record.py       headline figures into the bundle's own metadata
"""
