"""Start the page's server: no telemetry, nothing from elsewhere, reachable from this machine unless told otherwise."""

from __future__ import annotations

import contextlib
import socket
from importlib import resources
from pathlib import Path
from typing import Any

from triovision.app.settings import AppSettings, use_settings
from triovision.app.theme import font_faces, streamlit_theme
from triovision.errors import AppError

__all__ = ["serve", "server_options"]

_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not listened on


def server_options(settings: AppSettings, host: str, port: int) -> dict[str, Any]:
    """Streamlit's options, by their names in `config.toml`.

    Args:
        settings: Of the app.
        host: Address to listen on.
        port: TCP port.
    """
    options: dict[str, Any] = {
        "server.address": host,
        "server.port": port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "server.runOnSave": False,
        "server.enableStaticServing": True,
        "server.maxUploadSize": settings.max_upload_mb,
        "server.disconnectedSessionTTL": 60,
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        # The page tells its own window which theme to show, and listens to no other.
        "client.allowedOrigins": [f"http://{name}:{port}" for name in _names(host)],
        "theme.fontFaces": font_faces(),
    }
    for name, dark in (("light", False), ("dark", True)):
        theme = streamlit_theme(dark=dark)
        del theme["base"]
        options.update({f"theme.{name}.{key}": value for key, value in theme.items()})
    return options


def _names(host: str) -> list[str]:
    """The names that this machine's browser, or the network's, may call the page by."""
    names = [host, "127.0.0.1", "localhost"]
    if host in _EVERYWHERE:
        own = socket.gethostname()
        names += [own, socket.getfqdn()]
        with contextlib.suppress(OSError):
            names += socket.gethostbyname_ex(own)[2]
    return list(dict.fromkeys(name for name in names if name not in _EVERYWHERE))


def serve(settings: AppSettings, host: str, port: int) -> None:
    """Serve the page until the process is told to stop.

    Args:
        settings: Of the app.
        host: Address to listen on.
        port: TCP port.

    Raises:
        AppError: If the address cannot be listened on.
    """
    _check_address(host, port)
    use_settings(settings)
    from streamlit.web import bootstrap  # noqa: PLC0415 - the extra `app` brings it

    options = {name.replace(".", "_"): value for name, value in server_options(settings, host, port).items()}
    bootstrap.load_config_options(options)
    page = Path(str(resources.files("triovision.app").joinpath("page.py")))
    bootstrap.run(str(page), is_hello=False, args=[], flag_options=options)


def _check_address(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise AppError(
            f"{host}:{port}: cannot be listened on ({error.strerror or error}); choose another with --port or --host"
        ) from None
