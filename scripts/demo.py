"""`make demo`: from its first moment on Ctrl-C ends it without a traceback.

The supervisor answers to Ctrl-C itself once it runs; to import it takes half a second.
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)

import sys  # noqa: E402
from pathlib import Path  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pairing.demo.supervisor import main  # noqa: E402

main()
