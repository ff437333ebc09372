"""Plotly figures of one prediction and of the model; pure functions, each number from the prediction or the bundle."""
