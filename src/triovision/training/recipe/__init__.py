"""A recipe: one complete, named training configuration.

checks.py     how a field says that it does not fit
stage.py      one stretch of training
parts.py      views, objective, samples, head, machine
streaming.py  photos from shards instead of memory
whole.py      the recipe that holds them
"""

from __future__ import annotations

from triovision.training.recipe.parts import Augmentation, HeadStart, Machine, Objective, Sampling
from triovision.training.recipe.stage import ALL_BLOCKS, Optimizer, Rebalance, Stage
from triovision.training.recipe.streaming import Streaming
from triovision.training.recipe.whole import Recipe

__all__ = [
    "ALL_BLOCKS",
    "Augmentation",
    "HeadStart",
    "Machine",
    "Objective",
    "Optimizer",
    "Rebalance",
    "Recipe",
    "Sampling",
    "Stage",
    "Streaming",
]
