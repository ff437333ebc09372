"""Open bytes with one named Pillow plugin.

`Image.open` would search all plugins, which is attack surface, and check sizes through the global `warnings`.
"""

from __future__ import annotations

import io
from importlib import import_module

from PIL import ImageFile


def open_with_plugin(plugin: str, data: bytes) -> ImageFile.ImageFile:
    """Read a header with a plugin of Pillow, loaded only now: a run over JPEGs needs none of them.

    Args:
        plugin: As in the name of its module, `PIL.<plugin>ImagePlugin`.
        data: The whole file.

    Returns:
        The image, not decoded yet.
    """
    module = import_module(f"PIL.{plugin}ImagePlugin")
    image = getattr(module, f"{plugin}ImageFile")(io.BytesIO(data))
    if not isinstance(image, ImageFile.ImageFile):  # pragma: no cover - tells the type checker
        raise TypeError(plugin)
    return image
