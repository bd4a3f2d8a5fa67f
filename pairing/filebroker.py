"""The embedded broker, whose messages appear whole or not at all.

kombu's own writes a message in the place where its reader looks for it, so that a worker that looks in
between dies of half a message. Here it is written beside and then renamed.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from time import monotonic_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]  # as kombu's
        """Put a message onto a queue; the reader takes messages in the order of their names."""
        name = f"{monotonic_ns() // 1_000_000}_{uuid.uuid4()}"
        beside = Path(self.data_folder_out, f"{name}.part")  # no queue's name ends so
        beside.write_text(dumps(payload), encoding="utf-8")
        beside.rename(beside.with_name(f"{name}.{queue}.msg"))


class Transport(filesystem.Transport):
    Channel = Channel


def install() -> None:
    """Let `filesystem://` mean this broker in this process."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:{Transport.__name__}"
