"""The report's second try: EfficientNet-B2 with its first four blocks frozen.

Source: the report: dropout 0.4, first four blocks frozen, learning rate divided by ten where validation data stops
getting better (ReduceLROnPlateau; its patience is not stated, two epochs here); network of Tan and Le 2019.

    triovision train report-b2 --data OUT --to RUN

Hours: not measured here (no GPU, no GLDv2).
Expected: the report had 70 % on training and 34 % on validation data after eight epochs, split by photo; not measured
here on GLDv2.
"""

import dataclasses

from triovision.training.recipe import Optimizer
from triovision.training.recipe_files import load_recipe

_B0 = load_recipe("report-b0")

RECIPE = dataclasses.replace(
    _B0,
    name="report-b2",
    network="efficientnet_b2.ra_in1k",
    stages=(
        dataclasses.replace(
            _B0.stages[0],
            frozen_blocks=4,
            dropout=0.4,
            schedule="plateau",
            optimizer=Optimizer(kind="adam", min_delta=1e-3, plateau_factor=0.1, plateau_patience=2),
        ),
    ),
)
