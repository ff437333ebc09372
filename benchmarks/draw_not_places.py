"""Pictures of no place, drawn: pages, tables, chats, screens, charts, receipts, textures. A seed names a picture.

Used by `no_place.py`; `python benchmarks/draw_not_places.py --to FOLDER` writes some to look at.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

TEXT = (
    "the of and to in that is was for on with as it by at from are this have not be but which one all their has would "
    "there been if more when will who no out so said what up its about into than them can only other new some could "
    "time these two may then do first any now such like our over even most made after also many before through back"
)
WORDS = TEXT.split()
Random = np.random.Generator
Colour = tuple[int, int, int]


def colour(random: Random, low: int = 0, high: int = 255) -> Colour:
    """Any colour with channels in a range."""
    red, green, blue = random.integers(low, high + 1, 3).tolist()
    return red, green, blue


def words(random: Random, count: int) -> str:
    """Some words that mean nothing."""
    return " ".join(random.choice(WORDS, count))


def font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font."""
    return ImageFont.load_default(max(8, int(size)))


def draw_page(random: Random) -> Image.Image:
    """A page of text, straight or askew."""
    width, height = ((600, 800), (800, 600), (480, 960))[random.integers(3)]
    image = Image.new("RGB", (width, height), colour(random, 225))
    pen, ink = ImageDraw.Draw(image), colour(random, 0, 70)
    size, margin = int(random.integers(10, 22)), int(random.integers(20, 80))
    y = margin
    pen.text((margin, y), words(random, 3).title(), font=font(2 * size), fill=ink)
    y += 3 * size
    while y < height - margin:
        if random.random() > 0.06:
            line = words(random, max(1, int((width - 2 * margin) / (2.8 * size))))
            pen.text((margin, y), line, font=font(size), fill=ink)
        y += int(1.4 * size)
    if random.random() < 0.5:
        image = image.rotate(
            random.uniform(-12, 12), fillcolor=colour(random, 40, 200), resample=Image.Resampling.BICUBIC
        )
    return image.filter(ImageFilter.GaussianBlur(random.uniform(0, 1.2)))


def draw_table(random: Random) -> Image.Image:
    """A table of numbers."""
    width, height = ((900, 600), (1200, 700), (700, 900))[random.integers(3)]
    dark = random.random() < 0.2
    paper, ink = (colour(random, 20, 50), (230, 230, 230)) if dark else ((255, 255, 255), (30, 30, 30))
    image = Image.new("RGB", (width, height), paper)
    pen = ImageDraw.Draw(image)
    tall, wide = int(random.integers(18, 40)), int(random.integers(60, 160))
    for y in range(0, height, tall):
        pen.line((0, y, width, y), fill=(190, 190, 190))
        for x in range(0, width, wide):
            text = f"{random.integers(0, 99999) / 10:g}" if x else str(random.choice(WORDS))
            pen.text((x + 4, y + 3), text, font=font(tall / 2), fill=ink)
    return image


def draw_chat(random: Random) -> Image.Image:
    """A conversation on a phone."""
    width, height = ((360, 780), (390, 844), (412, 915))[random.integers(3)]
    image = Image.new("RGB", (width, height), colour(random, 5, 35) if random.random() < 0.4 else colour(random, 225))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, width, 56), fill=colour(random))
    pen.text((56, 18), words(random, 2).title(), font=font(18), fill=(255, 255, 255))
    mine, theirs, y = colour(random, 120), colour(random, 200), 76
    while y < height - 90:
        lines, wide = int(random.integers(1, 4)), int(random.integers(100, 270))
        x, fill = (width - wide - 12, mine) if random.random() < 0.5 else (12, theirs)
        pen.rounded_rectangle((x, y, x + wide, y + 20 * lines + 14), 12, fill=fill)
        for line in range(lines):
            pen.text((x + 10, y + 7 + 20 * line), words(random, max(1, wide // 50)), font=font(14), fill=(20, 20, 20))
        y += 20 * lines + 26
    return image


def draw_screen(random: Random) -> Image.Image:
    """A web page or a program."""
    width, height = ((1280, 800), (1366, 768), (390, 844))[random.integers(3)]
    dark = random.random() < 0.4
    paper, ink = (colour(random, 15, 50), (220, 220, 220)) if dark else (colour(random, 235), (40, 40, 40))
    image = Image.new("RGB", (width, height), paper)
    pen, accent, y = ImageDraw.Draw(image), colour(random), 90
    pen.rectangle((0, 0, width, int(random.integers(28, 70))), fill=accent)
    while y < height - 60:
        kind = random.integers(3)
        if kind == 0:
            count, tall = int(random.integers(1, 4)), int(random.integers(60, 180))
            step = (width - 40) // count
            for x in range(20, width - step + 1, step):
                pen.rounded_rectangle((x, y, x + step - 14, y + tall), 8, outline=(160, 160, 160))
                pen.text((x + 12, y + 10), words(random, 2).title(), font=font(16), fill=ink)
            y += tall + 18
        elif kind == 1:
            pen.rounded_rectangle((20, y, 160, y + 38), 8, fill=accent)
            y += 56
        else:
            for _ in range(int(random.integers(2, 6))):
                pen.text((20, y), words(random, max(2, width // 75)), font=font(14), fill=ink)
                y += 22
    return image


def draw_chart(random: Random) -> Image.Image:
    """Bars, lines or points."""
    width, height = 800, 600
    image = Image.new("RGB", (width, height), (255, 255, 255) if random.random() < 0.7 else colour(random, 10, 40))
    pen = ImageDraw.Draw(image)
    pen.text((width // 3, 15), words(random, 4).title(), font=font(22), fill=(110, 110, 110))
    pen.line((70, 60, 70, height - 60, width - 40, height - 60), fill=(120, 120, 120), width=2)
    kind, count = random.integers(3), int(random.integers(4, 14))
    if kind == 0:
        step = (width - 130) // count
        for x in range(80, 80 + count * step, step):
            pen.rectangle(
                (x, int(random.integers(80, height - 80)), x + int(0.7 * step), height - 60), fill=colour(random)
            )
    elif kind == 1:
        walk = np.clip(300 + np.cumsum(random.integers(-30, 31, 46)), 70, height - 70)
        pen.line([(70 + 15 * index, int(y)) for index, y in enumerate(walk)], fill=colour(random), width=3)
    else:
        for x, y in zip(random.integers(80, width - 50, 200), random.integers(70, height - 70, 200), strict=True):
            pen.ellipse((int(x), int(y), int(x) + 6, int(y) + 6), fill=colour(random))
    return image


def draw_receipt(random: Random) -> Image.Image:
    """A receipt, alone or on a table."""
    width, height = 380, 820
    image = Image.new("RGB", (width, height), (248, 247, 243))
    pen = ImageDraw.Draw(image)
    pen.text((90, 20), words(random, 2).upper(), font=font(26), fill=(30, 30, 30))
    for y in range(80, height - 120, 24):
        pen.text((20, y), words(random, 2), font=font(15), fill=(40, 40, 40))
        pen.text((width - 90, y), f"{random.uniform(1, 99):.2f}", font=font(15), fill=(40, 40, 40))
    for x in range(40, width - 40, 4):
        if random.random() < 0.5:
            pen.rectangle((x, height - 90, x + 2, height - 30), fill=(0, 0, 0))
    if random.random() < 0.5:
        return image
    table = Image.new("RGB", (width + 160, height + 80), colour(random, 30, 160))
    table.paste(image.rotate(random.uniform(-8, 8), fillcolor=(248, 247, 243)), (80, 40))
    return table


def draw_texture(random: Random) -> Image.Image:
    """One colour, a gradient, noise, stripes, or soft blots."""
    size, one, other = 512, np.array(colour(random), float), np.array(colour(random), float)
    kind = random.integers(5)
    ramp = np.linspace(0, 1, size)[None, :, None]
    if kind == 0:
        pixels = one + random.normal(0, random.uniform(0, 6), (size, size, 3))
    elif kind == 1:
        pixels = np.broadcast_to(one * (1 - ramp) + other * ramp, (size, size, 3))
    elif kind == 2:
        pixels = one + random.normal(0, random.uniform(10, 70), (size, size, 3))
    elif kind == 3:
        stripes = ((np.arange(size) // int(random.integers(4, 60))) % 2)[None, :, None]
        pixels = np.broadcast_to(one * stripes + other * (1 - stripes), (size, size, 3))
    else:
        blots = Image.fromarray(random.integers(0, 256, (5, 6, 3), dtype=np.uint8))
        return blots.resize((size, size), Image.Resampling.BICUBIC)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


KINDS: dict[str, Callable[[Random], Image.Image]] = {
    "page": draw_page,
    "table": draw_table,
    "chat": draw_chat,
    "screen": draw_screen,
    "chart": draw_chart,
    "receipt": draw_receipt,
    "texture": draw_texture,
}


def draw(kind: str, seed: int) -> Image.Image:
    """A picture of a kind."""
    return KINDS[kind](np.random.default_rng((list(KINDS).index(kind), seed)))


def main() -> None:
    """Write some of each kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--each", type=int, default=5)
    arguments = parser.parse_args()
    arguments.to.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        for seed in range(arguments.each):
            draw(kind, seed).save(arguments.to / f"{kind}-{seed}.png")


if __name__ == "__main__":
    main()
