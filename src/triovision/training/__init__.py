"""Training: a recipe and a prepared data set -> a run folder with a checkpoint and held-out logits.

    extra.py              is the `train` extra there?
    torchvision_mend.py   lets timm import beside a torchvision of another build
    recipe.py             the frozen dataclasses of a recipe
    recipe_files.py       recipes by name or path, with overrides
    prepared.py           reads a prepared data set (manifest, shards)
    views.py              square, augmented views of a photo
    allocation.py         keeps freed memory, which doubles a CPU's speed
    fuse.py               folds batch norms into convolutions
    networks.py           timm networks with only the last layer new
    objective.py          targets, priors, sample weights, the loss
    discriminant.py       a closed-form head to start from
    folds.py              cross-validation without leakage
    bank.py               outputs of the frozen part, computed once
    module.py             the Lightning module
    loaders.py            batches from the bank or from the photos
    fit.py                one network through the stages of a recipe
    loop.py               a whole run
    run_folder.py         what a run leaves behind
    metrics.py            top-1, top-5, NLL

Nothing here is imported by the parts that predict; torch is imported only when a run starts.
"""
