"""Ours: what is known to help on photos of places with few rare countries, in one recipe for a GPU and GLDv2.

Source: first the head alone (Kumar et al. 2022), then everything with learning rates that fall with depth (Howard and
Ruder 2018), warm-up and cosine, averaged weights (Tarvainen and Valpola 2017), RandAugment (Cubuk et al. 2020), mixup
and CutMix (Zhang et al. 2018; Yun et al. 2019), targets smoothed by great-circle distance (Haas et al. 2023,
"PIGEON"), a term over sub-regions, half a balanced softmax (Ren et al. 2020); at last the head again on samples drawn
more evenly (Kang et al. 2020). What each was worth on a small data set stands in `docs/experiments.md` ("every
candidate, alone and together"): there the balanced softmax costs likelihood, RandAugment brings nothing sure, and the
rest pays.

    triovision data prepare folder photos.csv --to OUT
    triovision train best --data OUT --to RUN

Hours: two minutes an epoch of 2,752 photos on two CPU cores (20 to 24 photos/s); not measured on a GPU.
Expected: not measured here on GLDv2, and never run to its end on real photos.
"""

from triovision.preprocess import Preprocessing
from triovision.training.recipe import ALL_BLOCKS, Augmentation, Objective, Rebalance, Recipe, Sampling, Stage

RECIPE = Recipe(
    name="best",
    network="tf_efficientnet_lite0",
    preprocessing=Preprocessing(
        input_size=(224, 224), crop_pct=1.0, crop_mode="center", mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)
    ),
    stages=(
        Stage(epochs=1, learning_rate=1e-3, frozen_blocks=ALL_BLOCKS, batch_size=256, patience=0),
        Stage(
            epochs=12,
            learning_rate=1e-3,
            frozen_blocks=0,
            backbone_factor=0.5,
            layer_decay=0.85,
            weight_decay=0.05,
            warmup=0.1,
            mixup=0.2,
            cutmix_share=0.5,
            dropout=0.2,
            average_decay=0.9995,
            clip_norm=5.0,
            batch_size=256,
            batch_norm="trained",
            patience=0,
        ),
        Stage(
            epochs=1,
            learning_rate=1e-4,
            frozen_blocks=ALL_BLOCKS,
            batch_size=256,
            patience=0,
            rebalance=Rebalance(power=0.5, head="kept"),
        ),
    ),
    augmentation=Augmentation(whole_share=0.2, random_changes=2, random_strength=7.0, test_views=2),
    objective=Objective(near="distance", near_share=0.15, near_km=300.0, prior_strength=0.5, region_share=0.3),
    sampling=Sampling(landmark_cap=100),
    precision="auto",
    workers=8,
)
