"""What every page and every form answers everybody: asked for once, judged by several tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.db import transaction

from tests.security.targets import address, body
from tests.security.world import Watch, World, readable, window_of

Method = Literal["get", "post"]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str
    has_written: bool


@dataclass
class Walk:
    """The routes of a world that stays as it is: what an answer writes is undone at once."""

    world: World
    answers: dict[tuple[Method, str, str], Answer] = field(default_factory=dict)

    def ask(self, method: Method, name: str, actor: str) -> Answer:
        """Give what the actor gets at the route's address, or for the route's form."""
        key = (method, name, actor)
        if key not in self.answers:
            self.answers[key] = self._ask(*key)
        return self.answers[key]

    def _ask(self, method: Method, name: str, actor: str) -> Answer:
        window, url = window_of(self.world.clients[actor]), address(name, self.world)
        with transaction.atomic():
            watch = Watch(self.world)
            answer = window.get(url) if method == "get" else window.post(url, body(name, self.world))
            found = Answer(answer.status_code, answer.headers, readable(answer), watch.saw_a_change)
            transaction.set_rollback(True)
        return found
