"""The report's EfficientNet-B0, by its own protocol; the other `report-*` recipes change the network or a setting.

Source: the report (a master's project): 224 px squashed, ImageNet normalisation, batches of 32, Adam at 1e-4,
cross-entropy, early stopping with the best weights kept; network of Tan and Le 2019, "EfficientNet".

    triovision data prepare folder photos.csv --to OUT
    triovision train report-b0 --data OUT --to RUN

Hours: 0.4 for 2,752 photos and nine epochs on two CPU cores (24 to 28 photos/s, with Lite0 in the place of B0); not
measured on a GPU, where the report reached 656 photos/s (A100).
Expected: the report had 61 % on training and 34 % on validation data, split by photo, so with landmarks on both sides;
not measured here on GLDv2, and lower by landmark. On the starter's photos, with Lite0: 31 % on training data, 16 % by
photo, 12 % on sources never trained on (`benchmarks/report_protocol.py`; the starter's own recipe 25 % and 21 %).
"""

from triovision.preprocess import Preprocessing
from triovision.training.recipe import Augmentation, Optimizer, Recipe, Stage

RECIPE = Recipe(
    name="report-b0",
    network="efficientnet_b0.ra_in1k",
    preprocessing=Preprocessing(input_size=(224, 224), interpolation="bilinear", crop_pct=1.0, crop_mode="squash"),
    stages=(
        Stage(
            epochs=50,
            learning_rate=1e-4,
            frozen_blocks=0,
            backbone_factor=1.0,
            weight_decay=0.0,
            schedule="constant",
            warmup=0.0,
            patience=5,
            batch_size=32,
            batch_norm="trained",
            optimizer=Optimizer(kind="adam", min_delta=1e-3),
        ),
    ),
    augmentation=Augmentation(whole_share=1.0, flip=0.0),
    precision="auto",
    workers=4,
)
