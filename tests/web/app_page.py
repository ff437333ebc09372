"""What the app's tests do on its page, as a person would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

expect = pytest.importorskip("playwright.sync_api").expect
expect.set_options(timeout=60_000)

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "examples" / "summer-palace.jpg"
TABS = ("map", "charts", "evidence", "details", "model")

# While a new run of the script draws the page, the last run's answer may still stand beside it.
ANSWER = "[class*='st-key-tv-card-answer'] h2 >> nth=0"

# The script has run to its end, and nothing of an earlier run is left on the page.
SETTLED = """
() => document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
  && !document.querySelector("[data-stale=true]")
"""

# What has the focus, in shadow roots too, by the name that our elements give it.
FOCUSED = """
() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node?.dataset?.focus ?? "";
}
"""

FIND_VIDEO = """
() => {
  const below = (node) => [node, ...(node.shadowRoot ? all(node.shadowRoot) : [])];
  const all = (root) => [...root.querySelectorAll("*")].flatMap(below);
  return all(document).some((node) => node.nodeName === "VIDEO" && node.videoWidth > 0);
}
"""

# Every text that can be seen, in shadow roots too; what stands in one line of a drawing counts as one.
VISIBLE_TEXT = """
() => {
  const found = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.textContent.replace(/\\s+/g, " ").trim();
      const host = node.parentElement ?? node.getRootNode().host;
      if (text && host?.checkVisibility({ opacityProperty: true, visibilityProperty: true })) found.push(text);
      return;
    }
    if (["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE"].includes(node.nodeName)) return;
    // The names of Streamlit's symbols are letters of a font, drawn as pictures.
    if (node.dataset?.testid === "stIconMaterial") return;
    for (const name of ["aria-label", "alt", "title", "placeholder"]) {
      const value = node.getAttribute?.(name)?.trim();
      if (value && node.checkVisibility()) found.push(value);
    }
    if (node.shadowRoot) walk(node.shadowRoot);
    node.childNodes.forEach(walk);
  };
  walk(document.body);
  return [...new Set(found)];
}
"""


def open_app(page: Any, url: str) -> None:
    """Wait until the page can be used."""
    page.goto(url)
    page.wait_for_selector(".tv-footer")
    page.wait_for_selector("button[data-focus=choose]")
    settle(page)


def settle(page: Any) -> None:
    """Wait until Streamlit has drawn all that it was asked to."""
    page.wait_for_function(SETTLED)


def give(page: Any, *files: Any) -> None:
    """Choose files as a person does."""
    with page.expect_file_chooser() as chooser:
        page.locator("button[data-focus=choose]").first.click()
    chooser.value.set_files(list(files))


def give_sample(page: Any) -> None:
    """Press the button for the sample photo and wait for its answer."""
    page.locator("button[data-focus=sample]").click()
    wait_for_answer(page)


def wait_for_answer(page: Any) -> None:
    """Wait until the answer stands on a page that is drawn to its end."""
    page.wait_for_selector(ANSWER)
    settle(page)


def open_tab(page: Any, name: str) -> None:
    """Open a tab by its place, whatever the language, and wait for what is in it."""
    page.locator("[role=tab]").nth(TABS.index(name)).click()
    marks = {
        "map": ".map[data-ready]",
        "charts": ".st-key-tv-card-similarity .js-plotly-plot .main-svg",
        "evidence": "figure .layer",
        "details": ".scroll table tbody tr",
        "model": "[class*='st-key-tv-card-model'] dl",
    }
    page.locator(marks[name]).first.wait_for(state="visible")
    settle(page)
    page.wait_for_timeout(300)
