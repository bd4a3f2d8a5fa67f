"""How often Python looks for cycles of garbage: seldom, in a process that answers requests."""

import gc

FIRST_GENERATION = 20_000  # new objects between two looks; Python's 700 are reached several times a page


def look_seldom() -> None:
    """Leave what start-up made out of every later look, and look less often.

    A page makes some thousands of objects and next to no cycles: looking for them took an eighth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(FIRST_GENERATION, 10, 10)
