"""Export: a training run -> a bundle, one `.onnx` file with its metadata.

    graph.py       checkpoint -> ONNX graph, stripped of what does not belong in a product
    quantise.py    static int8
    runner.py      a graph over many photos
    check.py       the graph against PyTorch
    calibrate.py   temperature, country-set threshold, thresholds of the answer's levels
    bundle_file.py the whole export

Nothing here is imported by the parts that predict; torch and onnx are imported only when an export runs.
"""
