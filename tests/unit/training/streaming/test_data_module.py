import dataclasses

import lightning
import pytest
import torch
from lightning.pytorch.callbacks import ModelCheckpoint

from triovision.errors import DataError
from triovision.training.recipe import Sampling
from triovision.training.streaming import ShardDataModule

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*(num_workers|many workers|val_dataloader|LeafSpec|log_every|Checkpoint directory).*"
)


class Listener(lightning.LightningModule):
    """Anyone's own module: learns a little, and remembers what it was shown."""

    def __init__(self, stop_after=None):
        super().__init__()
        self.head = torch.nn.Linear(3, 4)
        self.seen, self.held_out, self.stop_after = [], [], stop_after

    def training_step(self, batch, _index):
        if len(self.seen) == self.stop_after:
            raise KeyboardInterrupt
        self.seen.append(batch.inputs.double().sum().item())
        return torch.nn.functional.cross_entropy(self.head(batch.inputs.float().mean((2, 3)) / 255), batch.labels)

    def validation_step(self, batch, _index):
        self.held_out += batch.labels.tolist()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


def fit(folder, recipe, module, root, checkpoint=None):
    keeper = ModelCheckpoint(root, every_n_train_steps=1, save_last=True, save_top_k=1)
    trainer = lightning.Trainer(
        max_epochs=2, accelerator="cpu", logger=False, callbacks=[keeper], enable_progress_bar=False,
        enable_model_summary=False, num_sanity_val_steps=0, default_root_dir=root,
    )  # fmt: skip
    data = ShardDataModule(folder, recipe, batch_size=6)
    trainer.fit(module, datamodule=data, ckpt_path=checkpoint, weights_only=True)
    return module


def test_lightning_goes_on_in_the_middle_of_an_epoch(many_shards, streaming_recipe, tmp_path):
    whole = fit(many_shards, streaming_recipe, Listener(), tmp_path / "whole")
    assert len(whole.seen) == 12
    assert len(set(whole.seen)) == 12
    assert len(whole.held_out) == 2 * 16
    stopped = Listener(stop_after=8)
    with pytest.raises(SystemExit):
        fit(many_shards, streaming_recipe, stopped, tmp_path / "stopped")
    last = tmp_path / "stopped" / "last.ckpt"
    resumed = fit(many_shards, streaming_recipe, Listener(), tmp_path / "stopped", last)
    assert stopped.seen + resumed.seen == whole.seen


def test_licences_and_empty_data(many_shards, streaming_recipe):
    recipe = dataclasses.replace(streaming_recipe, sampling=Sampling(licences=("CC0",)))
    data = ShardDataModule(many_shards, recipe, batch_size=6)
    data.setup()
    assert sum(len(batch.labels) for batch in data.train_dataloader()) == 16
    nothing = ShardDataModule(many_shards, dataclasses.replace(recipe, sampling=Sampling(licences=("none",))), 6)
    nothing.setup()
    with pytest.raises(DataError, match="is empty"):
        nothing.train_dataloader()


def test_missing_shard_is_told_in_setup(own_shards, streaming_recipe):
    (own_shards / "shards" / "val-00001.tar").unlink()
    with pytest.raises(DataError, match=r"val-00001\.tar is missing"):
        ShardDataModule(own_shards, streaming_recipe, 6).setup()
