"""The report's comparison: Swin Transformer (tiny), all else as in `report-b0`.

Source: the report; network of Liu et al. 2021, "Swin Transformer".

    triovision train report-swin --data OUT --to RUN

Hours: not measured here (no GPU, no GLDv2).
Expected: the report names this network as compared, without a figure; not measured here on GLDv2.
"""

import dataclasses

from triovision.training.recipe_files import load_recipe

RECIPE = dataclasses.replace(
    load_recipe("report-b0"),
    name="report-swin",
    network="swin_tiny_patch4_window7_224.ms_in1k",
)
