"""Optional second opinion on the order of suggestions, from an OpenAI-compatible endpoint the county runs.

Off unless RERANK_BASE_URL and RERANK_MODEL are set in the environment. It can reorder what the engine found,
never add or drop. Only texts without personal data leave the house, and running numbers instead of keys.
Whatever goes wrong is logged, and the engine's order stands.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException
from typing import Any, Protocol, Self
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from ledgers.reading.words import plain
from pairing.matching.engine import Id, MatchProblem, Need, Offer, Score

log = logging.getLogger(__name__)

CANDIDATES = 8  # suggestions per demand worth a second opinion
LONGEST_ANSWER = 65_536  # bytes
KEPT_SECONDS = 7 * 24 * 3600
_PRIVATE = re.compile(
    r"[\w.+-]+@[\w.-]+|\d[\d\s-]{5,}[\dXx]"
)  # mail addresses; telephone and identity numbers
_TASK = (
    "你为基层党组织的需求挑选能办这件事的资源。先看帮助方式是否对得上，再看事项。"
    '只回答 JSON：{"order": [资源编号…]}，最合适的在前。'
)
FAULTS = (URLError, HTTPException, OSError, ValueError, KeyError, TypeError, IndexError)


class Cache(Protocol):
    """What is needed of a cache, as Django's offers it."""

    def get(self, key: str) -> Any: ...

    def set(self, key: str, value: Any, timeout: float) -> None: ...


@dataclass(frozen=True)
class Endpoint:
    """Where to ask. `timeout` bounds one answer, `budget` the whole call, both in seconds."""

    base_url: str
    model: str
    key: str = ""
    timeout: float = 6.0
    budget: float = 20.0

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self | None:
        """Read RERANK_BASE_URL, _MODEL, _API_KEY, _TIMEOUT and _BUDGET; None when it is not set up.

        Raises:
            ValueError: the address is not http(s), or a time is not a number.
        """
        base_url, model = environ.get("RERANK_BASE_URL", ""), environ.get("RERANK_MODEL", "")
        if not (base_url and model):
            return None
        if not base_url.startswith(("http://", "https://")):
            raise ValueError("RERANK_BASE_URL 要以 http:// 或 https:// 开头")
        try:
            timeout = float(environ.get("RERANK_TIMEOUT", cls.timeout))
            budget = float(environ.get("RERANK_BUDGET", cls.budget))
        except ValueError as error:
            raise ValueError("RERANK_TIMEOUT 和 RERANK_BUDGET 要写成秒数，例如 6") from error
        return cls(base_url.rstrip("/"), model, environ.get("RERANK_API_KEY", ""), timeout, budget)


@dataclass(frozen=True)
class Question:
    """One demand and the resources found for it as the endpoint is asked about them; `digest` names it."""

    digest: str
    body: bytes
    count: int

    @classmethod
    def of(cls, endpoint: Endpoint, need: Need, offers: Sequence[Offer]) -> Self:
        body = _body_of(endpoint, need, offers)
        return cls(sha256(body + endpoint.base_url.encode()).hexdigest(), body, len(offers))


def configured() -> Endpoint | None:
    """Return the endpoint of this installation; a mistake in its settings is logged and counts as none."""
    try:
        return Endpoint.from_environment(os.environ)
    except ValueError as mistake:
        log.warning("re-ranking is off, its settings are wrong: %s", mistake)
        return None


def ask(endpoint: Endpoint, body: bytes, count: int, stop: float) -> list[int]:
    """Ask once and return the positions of all `count` resources, best first.

    Args:
        stop: the moment (time.monotonic) after which nobody is asked any more.

    Raises:
        one of FAULTS: there was no answer in time, or none that can be used.
    """
    return _complete(_answer(endpoint, body, stop), count)


def rerank(
    problem: MatchProblem, found: Mapping[Id, Sequence[Score]], endpoint: Endpoint | None, cache: Cache
) -> dict[Id, list[Score]]:
    """Return the suggestions in the order of a second opinion; as found when there is none.

    After the first fault, or when the budget is spent, nobody is asked any more in this call.
    """
    result = {need: list(scores) for need, scores in found.items()}
    if endpoint is None:
        return result
    needs = {need.id: need for need in problem.needs}
    offers = {offer.id: offer for offer in problem.offers}
    stop = time.monotonic() + endpoint.budget
    for need, scores in result.items():
        head = scores[:CANDIDATES]
        if len(head) < 2:
            continue
        try:
            order = _order(endpoint, cache, needs[need], [offers[score.offer_id] for score in head], stop)
        except FAULTS as fault:
            log.warning("re-ranking stopped, the built-in order stands: %s", type(fault).__name__)
            break
        scores[: len(head)] = [head[i] for i in order]
    return result


def without_personal_data(text: str) -> str:
    """Return the text without names of persons, mail addresses, telephone and identity numbers."""
    return plain(_PRIVATE.sub(" ", text))


def _order(endpoint: Endpoint, cache: Cache, need: Need, offers: Sequence[Offer], stop: float) -> list[int]:
    """Return positions of `offers`, best first, each exactly once."""
    question = Question.of(endpoint, need, offers)
    name = f"rerank:{question.digest}"
    order: list[int] | None = cache.get(name)
    if order is None:
        order = ask(endpoint, question.body, question.count, stop)
        cache.set(name, order, KEPT_SECONDS)
    return order


def _body_of(endpoint: Endpoint, need: Need, offers: Sequence[Offer]) -> bytes:
    listed = [
        {"id": i, "text": without_personal_data(f"{offer.title}，{offer.text}")}
        for i, offer in enumerate(offers)
    ]
    asked = {"需求": without_personal_data(f"{need.title}，{need.text}"), "资源": listed}
    body = {
        "model": endpoint.model,
        "temperature": 0,
        "response_format": {"type": "json_object"},
        "messages": [
            {"role": "system", "content": _TASK},
            {"role": "user", "content": json.dumps(asked, ensure_ascii=False)},
        ],
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()


def _complete(answer: Any, count: int) -> list[int]:
    """Keep the known numbers of an answer in its order, and put the rest behind.

    Raises:
        ValueError: the answer names no known number.
    """
    said = [i for i in answer["order"] if isinstance(i, int) and not isinstance(i, bool) and 0 <= i < count]
    if not said:
        raise ValueError("no known resource in the answer")
    return list(dict.fromkeys([*said, *range(count)]))


def _answer(endpoint: Endpoint, question: bytes, stop: float) -> Any:
    """Ask once and return the JSON the model wrote.

    Raises:
        TimeoutError: the answer did not arrive whole in time, or the budget is spent.
        URLError, HTTPException, ValueError, LookupError: it is not an answer.
    """
    deadline = min(time.monotonic() + endpoint.timeout, stop)
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    headers = {"Content-Type": "application/json"}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    request = Request(f"{endpoint.base_url}/chat/completions", question, headers)  # noqa: S310 – http(s) only
    with build_opener(_NoRedirect).open(request, timeout=left) as response:
        body = _body(response, deadline)
    return json.loads(json.loads(body)["choices"][0]["message"]["content"])


def _body(response: Any, deadline: float) -> bytes:
    """Read an answer piece by piece: a trickle of bytes must not outlast the deadline."""
    body = b""
    while piece := response.read1(8192):
        body += piece
        if len(body) > LONGEST_ANSWER:
            raise ValueError("the answer is too long")
        if time.monotonic() > deadline:
            raise TimeoutError
    return body


class _NoRedirect(HTTPRedirectHandler):
    """Follow no redirect: the key is for one address only."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None
