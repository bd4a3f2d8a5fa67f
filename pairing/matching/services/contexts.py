"""Texts are read in context once, in the background, for all programs that need what they mean."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from ledgers.models import Demand, Resource
from ledgers.reading.contexts import context_vectors, name_of
from pairing.matching.adapter import pose
from pairing.matching.engine import Weights, sentences
from pairing.matching.models import TextContext

TOGETHER = 100  # texts written at once: a killed worker loses no more
KEPT = timedelta(days=400)  # for decided demands are looked at again when weights are judged
SILENT = replace(Weights.default(), relevance=0.0)  # a problem for its texts alone: none is read for it


def contexts_keep(*, today: date, seconds: float) -> int:
    """Read what nobody has read of both ledgers, for some seconds; drop what has not stood there for long.

    What is kept follows from the ledgers and the program, so there is neither actor nor trail, and no
    transaction around it: two workers at once leave the same rows.

    Returns:
        how many texts were read; the rest is left to the next call.
    """
    stop = time.monotonic() + seconds
    posed = pose(
        demands=Demand.objects.open(), resources=Resource.objects.published(), as_of=today, weights=SILENT
    )
    named = {
        name_of(text, offered=bool(side)): (text, bool(side))
        for side, texts in enumerate(sentences(posed.problem))
        for text in texts
    }
    kept = set(TextContext.objects.values_list("pk", flat=True))
    old = TextContext.objects.filter(read_on__lt=today - KEPT).values_list("pk", flat=True)
    for rows in TextContext.objects.named(set(old) - named.keys()):
        rows.delete()
    read = 0
    missing = sorted(named.keys() - kept)
    for start in range(0, len(missing), TOGETHER):
        if time.monotonic() > stop:
            break
        names = missing[start : start + TOGETHER]
        TextContext.objects.bulk_create(
            [TextContext(name=name, vector=_read(*named[name]), read_on=today) for name in names],
            ignore_conflicts=True,
        )
        read += len(names)
    return read


def _read(text: str, offered: bool) -> bytes:
    return context_vectors([text], offered=offered)[0].astype(np.float16).tobytes()
