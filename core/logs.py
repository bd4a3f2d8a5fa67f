"""What the log says of a request."""

from __future__ import annotations

import logging


def in_one_line(record: logging.LogRecord) -> bool:
    """Leave the way through our code out of a record: where strangers knock, it says nothing of the fault."""
    record.exc_info = record.exc_text = None
    return True
