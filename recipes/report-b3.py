"""The report's comparison: EfficientNet-B3, all else as in `report-b0`.

Source: the report; network of Tan and Le 2019, "EfficientNet".

    triovision train report-b3 --data OUT --to RUN

Hours: not measured here (no GPU, no GLDv2).
Expected: the report names this network as compared, without a figure; not measured here on GLDv2.
"""

import dataclasses

from triovision.training.recipe_files import load_recipe

RECIPE = dataclasses.replace(
    load_recipe("report-b0"),
    name="report-b3",
    network="efficientnet_b3.ra2_in1k",
)
