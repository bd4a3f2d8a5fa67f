"""Rows of numbers read from texts, kept for those a process read last: pages read the same ledgers again."""

from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np


class RememberedRows:
    """A row per text, of single precision; beyond `most` texts the ones met longest ago are forgotten.

    What is read is rounded before it is used, so that a text's row is the same when it is read anew.
    More than `most` at once are not remembered: none would be left when they are next asked for.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._rows: dict[str, np.ndarray] = {}
        self._lock = Lock()  # the threads of a server share it

    def of(self, texts: Sequence[str], read: Callable[[list[str]], np.ndarray]) -> np.ndarray:
        """Return text × column; `read` gives the rows of texts that are not remembered, in their order."""
        if len(texts) > self.most:
            return read(list(texts)).astype(np.float32).astype(float)
        with self._lock:
            rows = {text: self._rows.pop(text) for text in set(texts) & self._rows.keys()}
        missing = [text for text in dict.fromkeys(texts) if text not in rows]
        if missing:
            # A copy each, since a view would keep all that were read with it.
            rows |= zip(missing, map(np.copy, read(missing).astype(np.float32)), strict=True)
        with self._lock:
            self._rows |= rows
            for text in list(self._rows)[: max(len(self._rows) - self.most, 0)]:
                del self._rows[text]
        return np.array([rows[text] for text in texts], dtype=float)

    def forget(self) -> None:
        """Forget every text."""
        with self._lock:
            self._rows.clear()
