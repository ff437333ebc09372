"""The report's comparison: Vision Transformer (base, patches of 16 px), all else as in `report-b0`.

Normalised by 0.5, as these weights expect.

Source: the report; network of Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words".

    triovision train report-vit --data OUT --to RUN

Hours: not measured here (no GPU, no GLDv2).
Expected: the report names this network as compared, without a figure; not measured here on GLDv2.
"""

import dataclasses

from triovision.training.recipe_files import load_recipe

_B0 = load_recipe("report-b0")

RECIPE = dataclasses.replace(
    _B0,
    name="report-vit",
    network="vit_base_patch16_224.augreg_in1k",
    preprocessing=dataclasses.replace(_B0.preprocessing, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)),
)
