"""Training: a recipe and a prepared data set -> a run folder with a checkpoint and held-out logits.

    extra.py              is the `train` extra there?
    torchvision_mend.py   lets timm import beside a torchvision of another build
    recipe/               the frozen dataclasses of a recipe
    recipe_files.py       recipes by name or path, with overrides
    prepared.py           reads a prepared data set (manifest, shards)
    data_checks.py        refuses data that cannot train a recipe, before an hour is lost
    views.py              square, augmented views of a photo
    random_changes.py     RandAugment
    fuse.py               folds batch norms into convolutions
    networks.py           timm networks with only the last layer new
    objective.py          targets, priors, sample weights, the loss
    teacher.py            distillation: a finished network to learn from
    groups.py             which weights a stage trains, and how fast
    discriminant.py       a closed-form head to start from
    folds.py              cross-validation without leakage
    bank.py               outputs of the frozen part, computed once
    stored.py             keeps them for later runs
    mixing.py             a batch; mixup and CutMix
    module.py             the Lightning module
    loaders.py            batches from the bank, from the photos or from the shards
    streaming/            data sets that no memory holds
    fit.py                one network through the stages of a recipe
    checkpoints.py        what an interrupted run needs to go on
    random_state.py       the same for everything random
    processes.py          several processes on one run (torchrun)
    several_views.py      what test-time views would be worth
    loop.py               a whole run
    outcome.py            what its fits came to
    run_folder.py         what a run leaves behind
    metrics.py            top-1, top-5, NLL
    comparison/           several recipes on one page

Nothing here is imported by the parts that predict; torch is imported only when a run starts.
"""
