"""`python -m core.embedded` stops the embedded servers of this checkout."""

import sys

from core.embedded import places, postgres
from core.embedded.errors import EmbeddedError

for cluster in (places.demo_cluster(), places.test_cluster()):
    try:
        stopped = postgres.stop(cluster)
    except EmbeddedError as error:
        sys.exit(str(error))
    sys.stdout.write(f"{'Stopped' if stopped else 'Not running'}: PostgreSQL in {cluster}\n")
