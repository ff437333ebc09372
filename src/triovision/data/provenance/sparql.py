"""Items by category from a SPARQL endpoint: in batches, politely, going on where an earlier run stopped.

One request at a time, with a pause after each and a User-Agent that says who asks; 429 and Retry-After are obeyed,
other trouble is tried again with growing waits, and a batch that takes the endpoint too long is halved.

Source: https://www.mediawiki.org/wiki/Wikidata_Query_Service/User_Manual (limits: 60 s a query) and
https://foundation.wikimedia.org/wiki/Policy:User-Agent_policy .
"""

from __future__ import annotations

import math
import time
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from triovision.data.gldv2.retry import AttemptError, wait_before
from triovision.data.provenance.answers import parse_answer
from triovision.data.provenance.cache import AnswerCache
from triovision.data.provenance.endpoint import Endpoint, QueryTimeoutError, RefusedError
from triovision.data.provenance.wikidata import Item
from triovision.errors import DataError

__all__ = ["PUBLIC_ENDPOINT", "Listener", "SparqlOptions", "fetch_items"]

PUBLIC_ENDPOINT = "https://query.wikidata.org/sparql"
_FIRST_TRIES = 2  # a wrong address is to be said at once, not after minutes of patience
_SILENT_BATCHES = 3  # so many single categories in a row timing out means that the endpoint is down

# A category's item names it (P373) or links to it. `schema:name` of a page on Commons is tagged "en".
# Source: https://www.mediawiki.org/wiki/Wikibase/Indexing/RDF_Dump_Format (sitelinks, ranks).
_QUERY = """\
SELECT ?category ?item ?page ?point ?state ?rank ?end WHERE {{
  VALUES (?category ?title) {{
{values}
  }}
  {{ ?item wdt:P373 ?category . }}
  UNION
  {{ ?page schema:name ?title ; schema:isPartOf <https://commons.wikimedia.org/> ; schema:about ?item . }}
  OPTIONAL {{ ?item wdt:P625 ?point . }}
  OPTIONAL {{
    ?item p:P17 ?statement .
    ?statement ps:P17 ?state ; wikibase:rank ?rank .
    OPTIONAL {{ ?statement pq:P582 ?end . }}
  }}
}}
"""


class Listener(Protocol):
    """Hears how far a run is."""

    def say(self, text: str) -> None:
        """Hear a sentence that the user should read."""

    def start(self, stage: str, total: int) -> None:
        """Hear that a stage begins, and of how many categories."""

    def advance(self, count: int = 1) -> None:
        """Hear that categories are done."""


@dataclass(frozen=True, slots=True)
class SparqlOptions:
    """How an endpoint is asked.

    Attributes:
        endpoint: Address.
        batch_size: Categories a query.
        pause_s: Seconds of rest after each query.
        timeout_s: Seconds of silence after which a query is given up.
        retries: Tries of a query after the first.
        backoff_s: Seconds before the second try; each further wait is twice as long.

    Raises:
        DataError: If a value is out of range.
    """

    endpoint: str = PUBLIC_ENDPOINT
    batch_size: int = 100
    pause_s: float = 1.0
    timeout_s: float = 70.0
    retries: int = 5
    backoff_s: float = 2.0

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.endpoint)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
            _ = parts.port
        except ValueError:
            usable = False
        if not usable:
            raise DataError(f"--wikidata {self.endpoint!r} is no http(s) address; write e.g. {PUBLIC_ENDPOINT}")
        if self.batch_size < 1 or self.retries < 0 or self.timeout_s <= 0 or min(self.pause_s, self.backoff_s) < 0:
            raise DataError("--wikidata: a batch holds at least 1 category, and times are not negative")


def fetch_items(
    titles: Iterable[str], options: SparqlOptions, cache: AnswerCache, listener: Listener
) -> tuple[dict[str, tuple[Item, ...]], list[str]]:
    """Ask for the items of categories; what the cache knows is not asked again.

    Args:
        titles: Category titles, each once.
        options: How to ask.
        cache: Keeps each answer, so that a killed run goes on.
        listener: Hears of progress.

    Returns:
        Items by title, an empty sequence where there are none; titles that the endpoint gave no answer for in time.

    Raises:
        DataError: If the endpoint cannot be reached or does not do its work.
        MissingExtraError: If httpx is not installed.
    """
    wanted = list(titles)
    cache.sweep()
    known = cache.read()
    answers = {title: known[title] for title in wanted if title in known}
    unknown = [title for title in wanted if title not in known]
    if answers:
        listener.say(f"Wikidata: {len(answers):,} categories are in the cache, {len(unknown):,} are to be asked for")
    if unknown:
        queries = math.ceil(len(unknown) / options.batch_size)
        listener.say(f"Wikidata: {queries:,} queries, with pauses of {queries * options.pause_s / 60:,.0f} min in all")
    listener.start("Wikidata", len(unknown))
    with Endpoint(options.endpoint, options.timeout_s) as endpoint:
        asker = _Asker(endpoint, options, cache, listener)
        for start in range(0, len(unknown), options.batch_size):
            answers |= asker.ask(unknown[start : start + options.batch_size])
    return answers, asker.unanswered


class _Asker:
    def __init__(self, endpoint: Endpoint, options: SparqlOptions, cache: AnswerCache, listener: Listener) -> None:
        self._endpoint = endpoint
        self._options = options
        self._cache = cache
        self._listener = listener
        self._answered = False
        self._silent = 0
        self.unanswered: list[str] = []

    def ask(self, batch: Sequence[str]) -> dict[str, tuple[Item, ...]]:
        """Items of a batch, halved as often as it must be."""
        try:
            answers = self._persist(batch)
        except QueryTimeoutError as error:
            if len(batch) > 1:
                middle = len(batch) // 2
                return {**self.ask(batch[:middle]), **self.ask(batch[middle:])}
            self._silent += 1
            if self._silent >= _SILENT_BATCHES:
                raise DataError(f"{self._options.endpoint}: {error}; {_GO_ON}") from None
            self._listener.say(f"Wikidata: no answer in time for {batch[0]!r}, which is left out")
            self.unanswered.append(batch[0])
            self._listener.advance()
            return {}
        self._silent = 0
        self._cache.write(answers)
        self._listener.advance(len(batch))
        return answers

    def _persist(self, batch: Sequence[str]) -> dict[str, tuple[Item, ...]]:
        failures = 0
        query = _QUERY.format(values="\n".join(f"    ({_literal(t)} {_literal(f'Category:{t}')}@en)" for t in batch))
        while True:
            try:
                answers = parse_answer(self._endpoint.ask(query), batch)
            except AttemptError as error:
                failures += 1
                # Until the first answer the address itself may be wrong.
                if failures > (self._options.retries if self._answered else min(_FIRST_TRIES, self._options.retries)):
                    raise DataError(_sentence(self._options.endpoint, error)) from None
                wait_s = error.wait_s if error.wait_s is not None else wait_before(failures, self._options.backoff_s)
                time.sleep(wait_s)
            except RefusedError as error:
                raise DataError(f"{self._options.endpoint}: {error}; {_GO_ON}") from None
            else:
                self._answered = True
                time.sleep(self._options.pause_s)
                return answers


_GO_ON = "run the same command again to go on from here, or name a mirror with --wikidata, or use --wikidata-dump"


def _sentence(endpoint: str, error: AttemptError) -> str:
    if error.unreachable:
        return f"{endpoint}: cannot be reached ({error.problem}); check the network; {_GO_ON}"
    return f"{endpoint}: {error.problem}; {_GO_ON}"


_ESCAPES: Mapping[str, str] = {"\\": "\\\\", '"': '\\"'}


def _literal(text: str) -> str:
    """A SPARQL string; source: https://www.w3.org/TR/sparql11-query/#grammarEscapes ."""
    return f'"{"".join(_ESCAPES.get(letter, letter) for letter in text if unicodedata.category(letter) != "Cc")}"'
