"""The report's treatment of rare countries: their photos alone are changed at random, anew each epoch.

Source: the report: 160 px; the standard transform for countries with 1000 photos or more; for the others a random crop
of 80 to 100 % of the area, mirrored or not, turned by up to 15 degrees, colours jittered by 0.2.

    triovision train report-rare --data OUT --to RUN

Hours: not measured here (no GPU, no GLDv2).
Expected: the report gives no figure of its own for this step; not measured here on GLDv2.
"""

import dataclasses

from triovision.preprocess import Preprocessing
from triovision.training.recipe import Augmentation
from triovision.training.recipe_files import load_recipe

RECIPE = dataclasses.replace(
    load_recipe("report-b0"),
    name="report-rare",
    preprocessing=Preprocessing(input_size=(160, 160), interpolation="bilinear", crop_pct=1.0, crop_mode="squash"),
    augmentation=Augmentation(
        only_below=1000,
        whole_share=0.0,
        crop_area=(0.8, 1.0),
        crop_ratio=(3 / 4, 4 / 3),
        flip=0.5,
        rotation_deg=15.0,
        brightness=0.2,
        contrast=0.2,
        saturation=0.2,
        grey=0.0,
    ),
)
