"""What a web process loads in the background as soon as it runs, so that no page is slow for being the first.

Other programs load these where they use them: a command or the clock never does.
"""

from __future__ import annotations

import logging
from importlib import import_module
from threading import Thread

from django.db import Error, connection
from django.utils import timezone

from core.pinyin import syllables
from core.search.words import query
from ledgers.models import Demand, Resource
from ledgers.reading.suggesting import suggestions
from ledgers.selectors.lexicon import county_lexicon
from pairing.matching.selectors.gaps import county_gaps

TEXTS = 2_000  # demands and resources that are read ahead at most: twenty seconds where nobody has read them
LIBRARIES = ("scipy.optimize", "docxtpl", "ortools.sat.python.cp_model")
EXAMPLE = "想请人来讲讲防骗"

logger = logging.getLogger(__name__)


def warm_in_background() -> None:
    """Begin and do not wait."""
    Thread(target=warm, name="warming", daemon=True).start()


def warm() -> None:
    """Load what pages need, the commonest first; without a database what needs none."""
    try:
        read_ledgers()
    except Error:
        logger.warning("Nothing could be read ahead: the database did not answer.", exc_info=True)
    finally:
        connection.close()  # this thread's own
    query(EXAMPLE)
    syllables(EXAMPLE)
    for name in LIBRARIES:
        import_module(name)


def read_ledgers() -> None:
    """Read the open demands and the resources; of a large county only the tables by which texts are read."""
    suggestions(EXAMPLE, "", county_lexicon(), asked=True)
    if Demand.objects.open().count() + Resource.objects.published().count() <= TEXTS:
        county_gaps(today=timezone.localdate())
