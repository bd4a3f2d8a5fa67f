"""Settings of the worker that tests start: those of development, with beat ringing every second."""

from pairing.settings import *  # noqa: F403
from pairing.settings import CELERY_BEAT_SCHEDULE as SLOW

CELERY_BEAT_SCHEDULE = {
    name: entry | {"schedule": 1.0} for name, entry in SLOW.items() if name in ("tick", "dispatch")
}
