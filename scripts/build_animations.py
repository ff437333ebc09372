"""Draw the app's three Lottie animations: `src/triovision/app/animations/*.json`.

Run: `python scripts/build_animations.py`. Each ends on a picture that also says what it means when it stands still,
which is what a person sees who asks the system for less motion.

Source: the Lottie format, https://lottie.github.io/lottie-spec/, version 1.0: shape layers, trim paths, keyframes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "src" / "triovision" / "app" / "animations"
SIDE = 120
FRAMES_PER_S = 30
# Middle tones, which stand out on the light and on the dark page.
INDIGO, TEAL, AMBER, GREEN = "#6F7DEB", "#2BA79E", "#D9952B", "#35A268"

Json = dict[str, Any]
Point = tuple[float, float]


def still(value: Any) -> Json:
    """A property that does not move."""
    return {"a": 0, "k": value}


def moving(*keys: tuple[int, Any]) -> Json:
    """A property that eases from key to key, each a frame and a value."""
    frames = []
    for frame, value in keys:
        listed = value if isinstance(value, list) else [value]
        ease = {"x": [0.4], "y": [0]}, {"x": [0.6], "y": [1]}
        frames.append({"t": frame, "s": listed, "o": ease[0], "i": ease[1]})
    return {"a": 1, "k": frames}


def colour(text: str) -> list[float]:
    """`#RRGGBB` as Lottie writes colours."""
    return [round(int(text[start : start + 2], 16) / 255, 4) for start in (1, 3, 5)] + [1]


def stroke(text: str, width: float) -> Json:
    """A round-ended line of a colour."""
    return {"ty": "st", "c": still(colour(text)), "o": still(100), "w": still(width), "lc": 2, "lj": 2}


def fill(text: str, opacity: float = 100) -> Json:
    """A filled area."""
    return {"ty": "fl", "c": still(colour(text)), "o": still(opacity), "r": 1}


def circle(centre: Point, diameter: float) -> Json:
    """A circle."""
    return {"ty": "el", "p": still(list(centre)), "s": still([diameter, diameter]), "d": 1}


def rectangle(centre: Point, size: Point, radius: float) -> Json:
    """A rounded rectangle."""
    return {"ty": "rc", "p": still(list(centre)), "s": still(list(size)), "r": still(radius), "d": 1}


def line(*points: Point, closed: bool = False) -> Json:
    """Straight lines from point to point."""
    flat = [[0, 0]] * len(points)
    return {"ty": "sh", "ks": still({"v": [list(point) for point in points], "i": flat, "o": flat, "c": closed})}


def trim(start: Json, end: Json) -> Json:
    """Only a part of the line before it, in percent."""
    return {"ty": "tm", "s": start, "e": end, "o": still(0), "m": 1}


def group(*items: Json, **transform: Json) -> Json:
    """Shapes that move together, around the middle of the picture."""
    middle = [SIDE / 2, SIDE / 2]
    settings = {
        "ty": "tr",
        "p": transform.get("position", still(middle)),
        "a": still(middle),
        "s": transform.get("scale", still([100, 100])),
        "r": transform.get("rotation", still(0)),
        "o": transform.get("opacity", still(100)),
    }
    return {"ty": "gr", "it": [*items, settings]}


def picture(name: str, frames: int, *groups: Json) -> Json:
    """A whole animation; the first group lies on top."""
    layer = {
        "ty": 4,
        "nm": name,
        "ind": 1,
        "ip": 0,
        "op": frames,
        "st": 0,
        "ks": {
            "o": still(100),
            "r": still(0),
            "p": still([0, 0, 0]),
            "a": still([0, 0, 0]),
            "s": still([100, 100, 100]),
        },
        "shapes": list(groups),
    }
    return {
        "v": "5.7.0", "fr": FRAMES_PER_S, "ip": 0, "op": frames, "w": SIDE, "h": SIDE,
        "nm": name, "ddd": 0, "assets": [], "layers": [layer],
    }  # fmt: skip


def loading() -> Json:
    """Three lenses that turn around a point: the logo, at work."""
    lenses = [
        group(circle(centre, 36), stroke(tone, 5), trim(still(0), moving((0, 100), (30, 62), (60, 100))))
        for centre, tone in (((60, 42), INDIGO), ((44, 70), TEAL), ((76, 70), AMBER))
    ]
    turn = group(*lenses, rotation=moving((0, 0), (60, 360)))
    beat = moving((0, [100, 100]), (30, [140, 140]), (60, [100, 100]))
    return picture("loading", 61, group(circle((60, 60), 9), fill(INDIGO), scale=beat), turn)


def analysing() -> Json:
    """A light that goes over a photo, up and down."""
    middle = SIDE / 2
    sweep = moving((0, [middle, middle - 26]), (30, [middle, middle + 26]), (60, [middle, middle - 26]))
    scan = group(line((24, 60), (96, 60)), stroke(AMBER, 4), position=sweep)
    hills = group(line((26, 84), (46, 58), (60, 74), (74, 52), (94, 84)), stroke(TEAL, 4))
    sun = group(circle((44, 44), 12), fill(AMBER))
    frame = group(rectangle((60, 60), (84, 68), 12), stroke(INDIGO, 5), fill(INDIGO, 10))
    return picture("analysing", 61, scan, hills, sun, frame)


def success() -> Json:
    """A ring that closes, then a tick."""
    ring = group(circle((60, 60), 84), stroke(GREEN, 7), trim(still(0), moving((0, 0), (18, 100))))
    tick = group(line((40, 61), (54, 75), (81, 46)), stroke(GREEN, 8), trim(still(0), moving((14, 0), (28, 100))))
    disc = group(circle((60, 60), 84), fill(GREEN, 16), scale=moving((8, [0, 0]), (22, [108, 108]), (30, [100, 100])))
    return picture("success", 46, tick, ring, disc)


def main() -> None:
    """Write the three files."""
    for draw in (loading, analysing, success):
        text = json.dumps(draw(), separators=(",", ":"))
        (TARGET / f"{draw.__name__}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
