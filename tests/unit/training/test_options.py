"""What a recipe can ask for beyond the plain loop, through whole short runs."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from triovision.errors import TrainingError
from triovision.training.loop import train
from triovision.training.recipe import ALL_BLOCKS, Augmentation, Machine, Objective, Optimizer, Rebalance, Stage
from triovision.training.run_folder import read_run

quiet = {"say": lambda _message: None}
HEAD = Stage(epochs=2, stored_views=1, batch_size=16, learning_rate=1e-2, patience=0)


@pytest.fixture
def run(prepared, tiny_recipe, tmp_path):
    def run(name="run", data=prepared, **changes):
        recipe = dataclasses.replace(tiny_recipe, **{"stages": (HEAD,), **changes})
        train(recipe, data, tmp_path / name, **quiet)
        return read_run(tmp_path / name)

    return run


def head(run):
    return run.network.head.folded()


def test_a_new_head_forgets_the_old_one(run):
    again = Stage(epochs=1, batch_size=16, learning_rate=1e-9, warmup=0, rebalance=Rebalance(head="new"), patience=0)
    assert head(run("kept", stages=(HEAD, dataclasses.replace(again, rebalance=Rebalance()))))[0].abs().max() > 1e-2
    assert head(run("new", stages=(HEAD, again)))[0].abs().max() < 1e-4


def test_a_scaled_head_keeps_each_countrys_direction(run):
    scaled = Stage(epochs=2, batch_size=16, learning_rate=0.1, rebalance=Rebalance(1.0, "scaled"), patience=0)
    before, after = head(run("before"))[0], head(run("after", stages=(HEAD, scaled)))[0]
    factors = (after / before).median(dim=1).values
    assert torch.allclose(after, before * factors[:, None], rtol=1e-3, atol=1e-6)
    assert (factors - 1).abs().min() > 1e-3


def test_a_head_that_is_not_alone_cannot_be_renewed():
    with pytest.raises(ValueError, match="re-trains the head alone"):
        Stage(frozen_blocks=0, rebalance=Rebalance(head="new"))


def test_countries_drawn_evenly(write_prepared, rows, run):
    few = [row for index, row in enumerate(rows) if row["country_code"] != "KE" or index < 8 or row["split"] == "val"]
    data = write_prepared(few)
    even = dataclasses.replace(HEAD, rebalance=Rebalance(power=2.0))

    def mean_probability(run):
        logits = torch.from_numpy(run.held_out.logits)
        return float(torch.softmax(logits, 1)[:, 3].mean())

    assert mean_probability(run("even", data, stages=(even,))) > mean_probability(run("plain", data))


def test_logits_adjusted_after_training(write_prepared, rows, run):
    data = write_prepared([row for index, row in enumerate(rows) if row["country_code"] == "FR" or index % 8 > 3])
    plain, adjusted = run("plain", data), run("adjusted", data, objective=Objective(adjust_after=1.0))
    shift = head(adjusted)[1] - head(plain)[1]
    assert shift.argmin() == 0  # France is the most frequent
    assert torch.equal(head(adjusted)[0], head(plain)[0])


def test_the_final_network_as_the_mean_of_the_folds(run):
    # With one epoch at a tiny rate heads are sums of what each fold saw, and the mean is shorter than the longest.
    mean = run("mean", folds=2, final="folds")
    again = run("again", folds=2)
    assert not torch.equal(head(mean)[0], head(again)[0])
    assert np.array_equal(mean.held_out.logits, again.held_out.logits)


def test_test_views_are_measured_beside_the_one_view(run, tmp_path):
    summary = run(augmentation=Augmentation(test_views=6)).summary
    assert summary["figures_of_test_views"].keys() == summary["figures"].keys()
    with np.load(tmp_path / "run" / "out_of_fold.npz") as arrays:
        probabilities = np.exp(arrays["test_view_logits"])
    assert probabilities.shape == (summary["held_out"], summary["countries"])
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert "figures_of_test_views" not in run("one").summary


def test_distillation_follows_the_teacher(run, tmp_path):
    stage = Stage(epochs=12, batch_size=16, learning_rate=0.3, patience=0)
    teacher = run("teacher", stages=(dataclasses.replace(HEAD, epochs=8),))
    told = Objective(teacher=str(tmp_path / "teacher"), teacher_share=1.0)
    student = run("student", stages=(stage,), objective=told)
    agreement = (student.held_out.logits.argmax(1) == teacher.held_out.logits.argmax(1)).mean()
    assert agreement > 0.8
    with pytest.raises(TrainingError, match="has seen the photos"):
        run("folds", stages=(stage,), objective=told, folds=2)


def test_distillation_on_stored_views_asks_each_fold_the_teacher_that_has_not_seen_it(run, tmp_path, tiny_recipe):
    smaller = dataclasses.replace(tiny_recipe.preprocessing, input_size=(48, 48))
    teacher = run("teacher", stages=(dataclasses.replace(HEAD, epochs=8),), folds=2, preprocessing=smaller)
    told = Objective(teacher=str(tmp_path / "teacher"), teacher_share=1.0)
    stage = dataclasses.replace(HEAD, epochs=40, learning_rate=0.3)
    mixed = dataclasses.replace(stage, mixup=0.4)
    for name, stages in (("student", (stage,)), ("mixed", (mixed,))):
        student = run(name, stages=stages, objective=told, folds=2)
        agreement = (student.held_out.logits.argmax(1) == teacher.held_out.logits.argmax(1)).mean()
        assert agreement > 0.8, name
    # What the folds' own networks say is what was written down.
    (tmp_path / "teacher" / "folds" / "fold-1.ckpt").unlink()
    with pytest.raises(TrainingError, match=r"fold-1\.ckpt: holds no network of this run"):
        run("lost", stages=(stage,), objective=told, folds=2)
    with pytest.raises(TrainingError, match="with the same --folds"):
        run("other", stages=(stage,), objective=told, folds=3)


def test_a_teacher_of_other_countries_is_refused(run, tmp_path, write_prepared, rows):
    run("teacher", write_prepared([row for row in rows if row["country_code"] != "KE"], codes=("FR", "JP", "BR")))
    told = Objective(teacher=str(tmp_path / "teacher"))
    with pytest.raises(TrainingError, match="knows other countries"):
        run("student", stages=(Stage(epochs=1),), objective=told)


def test_the_learning_rate_falls_on_a_plateau(run, tmp_path):
    stuck = dataclasses.replace(
        HEAD,
        epochs=4,
        learning_rate=1e-4,
        schedule="plateau",
        optimizer=Optimizer(kind="adam", plateau_patience=0, plateau_factor=0.5, min_delta=10),
    )
    run(stages=(stuck,))
    lines = (tmp_path / "run" / "metrics.csv").read_text().splitlines()
    column = lines[0].split(",").index("learning_rate")
    assert [float(line.split(",")[column]) for line in lines[1:]] == [1e-4, 1e-4, 5e-5, 2.5e-5]


def test_accumulated_batches_take_the_step_of_one_large_batch(run):
    # Both halves of an epoch as one step.
    small = dataclasses.replace(HEAD, epochs=1, optimizer=Optimizer(accumulate=2))
    large = dataclasses.replace(HEAD, epochs=1, batch_size=32)
    assert torch.allclose(head(run("a", stages=(small,)))[0], head(run("b", stages=(large,)))[0], atol=1e-4)


def test_views_of_rare_countries_alone_are_changed(write_prepared, rows, run):
    data = write_prepared([row for index, row in enumerate(rows) if row["country_code"] != "KE" or index < 12])
    stage = Stage(epochs=1, batch_size=16, patience=0)
    strong = Augmentation(whole_share=0.0, brightness=1.0, erase=1.0)

    def weights(name, only_below):
        changed = dataclasses.replace(strong, only_below=only_below)
        return head(run(name, data, stages=(stage,), augmentation=changed))[0]

    # Nobody is rare, everybody is, Kenya is: three different sets of views.
    none, everybody, kenya = weights("none", 1), weights("all", 0), weights("kenya", 5)
    assert not torch.allclose(none, everybody)
    assert not torch.allclose(none, kenya)
    assert not torch.allclose(everybody, kenya)
    assert torch.equal(none, head(run("plain", data, stages=(stage,), augmentation=Augmentation(1.0, flip=0.0)))[0])


def test_a_compiled_run_gives_the_same_network(run, monkeypatch):
    compiled = []

    def compile_eagerly(function):
        compiled.append(function)
        return function

    monkeypatch.setattr(torch, "compile", compile_eagerly)
    assert torch.equal(head(run("a", machine=Machine(compile=True)))[0], head(run("b"))[0])
    assert len(compiled) == 1


def test_the_summary_says_how_large_and_how_fast(run):
    summary = json.loads((run().folder / "summary.json").read_text())
    assert summary["parameters"] > 100_000
    assert summary["training_photos_per_s"] > 0
    assert summary["processes"] == 1


def test_logs_for_tensorboard(run):
    logs = run().folder / "logs" / "final" / "stage-0"
    assert {path.name.partition(".")[0] for path in logs.iterdir()} >= {"events", "metrics"}


def test_frozen_again_after_training_needs_views_drawn_anew(tiny_recipe):
    deep = Stage(epochs=1, frozen_blocks=0, batch_size=16)
    with pytest.raises(ValueError, match="freeze blocks again"):
        dataclasses.replace(tiny_recipe, stages=(deep, HEAD))
    dataclasses.replace(tiny_recipe, stages=(deep, Stage(frozen_blocks=ALL_BLOCKS)))


def test_frozen_outputs_are_kept_for_later_runs(prepared, tiny_recipe, tmp_path):
    def logits(name, machine, **changes):
        heard = []
        recipe = dataclasses.replace(tiny_recipe, stages=(HEAD,), machine=machine, **changes)
        train(recipe, prepared, tmp_path / name, say=heard.append)
        return read_run(tmp_path / name).held_out.logits, sum("kept from an earlier run" in line for line in heard)

    folder = tmp_path / "stored"
    kept = Machine(stored_folder=str(folder))
    alone, _ = logits("alone", Machine())
    first, at_first = logits("first", kept)
    again, at_second = logits("again", kept)
    assert (at_first, at_second) == (0, 2)
    assert np.array_equal(first, alone)
    assert np.array_equal(again, alone)
    assert logits("looked at twice", kept, augmentation=Augmentation(test_views=2))[1] == 2
    # Other views are other outputs; the evaluation view stays what it was.
    assert logits("other", kept, augmentation=Augmentation(flip=0.0))[1] == 1
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    mended, of_broken = logits("mended", kept)
    assert of_broken == 0
    assert np.array_equal(mended, alone)
