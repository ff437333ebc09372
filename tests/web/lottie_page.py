"""A page with one animation: a square that turns."""

from triovision.app.lottie_component import show_lottie

SQUARE = {
    "ty": "gr",
    "it": [
        {"ty": "rc", "p": {"a": 0, "k": [0, 0]}, "s": {"a": 0, "k": [40, 40]}, "r": {"a": 0, "k": 4}},
        {"ty": "fl", "c": {"a": 0, "k": [0.27, 0.33, 0.78, 1]}, "o": {"a": 0, "k": 100}},
        {"ty": "tr", "p": {"a": 0, "k": [0, 0]}, "s": {"a": 0, "k": [100, 100]}, "o": {"a": 0, "k": 100}},
    ],
}
TURN = {"a": 1, "k": [{"t": 0, "s": [0], "i": {"x": [1], "y": [1]}, "o": {"x": [0], "y": [0]}}, {"t": 60, "s": [90]}]}
PLACE = {"p": {"a": 0, "k": [50, 50, 0]}, "a": {"a": 0, "k": [0, 0, 0]}, "s": {"a": 0, "k": [100, 100, 100]}}
LAYER = {"ty": 4, "ind": 1, "ip": 0, "op": 60, "st": 0, "ks": {**PLACE, "r": TURN}, "shapes": [SQUARE]}
ANIMATION = {"v": "5.7.0", "fr": 30, "ip": 0, "op": 60, "w": 100, "h": 100, "layers": [LAYER]}

show_lottie(ANIMATION, label="A square turns", key="square", height_px=100)
