"""The report's comparison: DenseNet-201, all else as in `report-b0`.

Source: the report; network of Huang et al. 2017, "Densely Connected Convolutional Networks".

    triovision train report-densenet201 --data OUT --to RUN

Hours: not measured here (no GPU, no GLDv2).
Expected: the report names this network as compared, without a figure; not measured here on GLDv2.
"""

import dataclasses

from triovision.training.recipe_files import load_recipe

RECIPE = dataclasses.replace(
    load_recipe("report-b0"),
    name="report-densenet201",
    network="densenet201.tv_in1k",
)
