"""The report's comparison: ConvNeXt-Tiny, all else as in `report-b0`.

Source: the report; network of Liu et al. 2022, "A ConvNet for the 2020s".

    triovision train report-convnext-tiny --data OUT --to RUN

Hours: not measured here (no GPU, no GLDv2).
Expected: the report names this network as compared, without a figure; not measured here on GLDv2.
"""

import dataclasses

from triovision.training.recipe_files import load_recipe

RECIPE = dataclasses.replace(
    load_recipe("report-b0"),
    name="report-convnext-tiny",
    network="convnext_tiny.fb_in1k",
)
