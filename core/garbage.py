"""What a process does with memory it needs no more: look for cycles seldom, keep some for the next use."""

import ctypes
import gc

FIRST_GENERATION = 20_000  # new objects between two looks; Python's 700 are reached several times a page
KEPT = 16 << 20  # bytes that stay with the process when they are freed
MAPPED = (
    32 << 20
)  # bytes from which on an array gets memory of its own, which never stays; glibc takes no more
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # numbers of malloc.h


def look_seldom() -> None:
    """Leave what start-up made out of every later look, and look less often.

    A page makes some thousands of objects and next to no cycles: looking for them took an eighth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(FIRST_GENERATION, 10, 10)


def keep_freed() -> None:
    """Let a process that calculates with arrays keep what it frees, where its C library is glibc.

    By itself glibc gives back what was freed above some hundred kilobytes, and the system brings every page
    in anew for the next array: nine hundred for a plan of a thousand demands.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_TRIM_THRESHOLD, KEPT)
        set_option(_MMAP_THRESHOLD, MAPPED)
