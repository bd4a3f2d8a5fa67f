"""What a process does with memory that it needs no more."""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings

FAULTS = """
import resource
import numpy as np
from core.garbage import keep_freed

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(50):
        [np.ones(131_072) for _ in range(3)]  # 1 MB each
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

first = faults()
keep_freed()
faults()
print(first, faults())
"""


def test_freed_arrays_are_not_brought_in_anew():
    own = os.environ | {"PYTHONPATH": str(settings.BASE_DIR)}
    said = subprocess.run(
        [sys.executable, "-c", FAULTS], env=own, capture_output=True, text=True, check=True, timeout=60
    )
    first, kept = map(int, said.stdout.split())
    assert kept < first / 20
