"""`triovision app`: the page in the browser."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import click

__all__ = ["app"]

_MOST_UPLOAD_MB = 256


@click.command()
@click.option("-m", "--model", metavar="NAME|PATH", help="Model chosen at the start.  [default: the embedded one]")
@click.option(
    "--models-folder",
    type=click.Path(path_type=Path),
    default=Path("models"),
    show_default=True,
    help="Folder whose .onnx bundles stand in the model picker.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="TCP port.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for the network.")
@click.option(
    "--max-upload-mb",
    type=click.IntRange(1, _MOST_UPLOAD_MB),
    default=64,
    show_default=True,
    help="Size of one uploaded photo or model.",
)
def app(model: str | None, models_folder: Path, port: int, host: str, max_upload_mb: int) -> None:
    """Open TrioVision as a page in the browser.

    Drop photos, see the country, the map, the reasons. Works without internet; photos stay in the memory of this
    machine and are gone when the page is closed. Stop with Ctrl+C.
    """
    from triovision.errors import AppError, MissingExtraError  # noqa: PLC0415

    for module in ("streamlit", "plotly"):
        if importlib.util.find_spec(module) is None:
            raise MissingExtraError(module, "app")
    from triovision.app.frontend import BUILD_HINT, frontend_built  # noqa: PLC0415
    from triovision.app.launch import serve  # noqa: PLC0415
    from triovision.app.settings import AppSettings  # noqa: PLC0415
    from triovision.classifier import CountryClassifier  # noqa: PLC0415

    if not frontend_built():
        raise AppError(f"the page's built files are missing; {BUILD_HINT}")
    # A model that cannot be used is told here, on one line, and not later on the page.
    CountryClassifier.load(model)
    settings = AppSettings(model=model, models_folder=models_folder, max_upload_mb=max_upload_mb)
    shown = "localhost" if host in ("0.0.0.0", "::", "127.0.0.1") else host  # noqa: S104 - compared, not listened on
    click.echo(f"TrioVision: http://{shown}:{port}", err=True)
    serve(settings, host, port)
