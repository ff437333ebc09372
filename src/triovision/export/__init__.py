"""Export: a training run -> a bundle, one `.onnx` file with its metadata.

    graph.py       checkpoint -> ONNX graph, stripped of what does not belong in a product
    half.py        float16
    quantise.py    static int8
    runner.py      a graph over many photos
    check.py       the graph against PyTorch
    held_out.py    held-out photos, by site
    calibrate.py   temperature and prior
    country_sets.py the rule for country sets
    thresholds.py  thresholds of the answer's levels
    reliability.py how often a confidence is right
    gate.py        photos of no place
    decide.py      all of these together
    bundle_file.py the whole export
    compare.py     every format of one run: accuracy, milliseconds, megabytes

Nothing here is imported by the parts that predict; torch and onnx are imported only when an export runs.
"""
