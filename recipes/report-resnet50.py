"""The report's comparison: ResNet-50, all else as in `report-b0`.

Source: the report; network of He et al. 2016, "Deep Residual Learning".

    triovision train report-resnet50 --data OUT --to RUN

Hours: not measured here (no GPU, no GLDv2).
Expected: the report names this network as compared, without a figure; not measured here on GLDv2.
"""

import dataclasses

from triovision.training.recipe_files import load_recipe

RECIPE = dataclasses.replace(
    load_recipe("report-b0"),
    name="report-resnet50",
    network="resnet50.tv2_in1k",
)
