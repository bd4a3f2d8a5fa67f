"""Everything a demo needs in one terminal, until Ctrl-C."""

import argparse
import errno
import http.client
import os
import signal
import socket
import sys
import time
from types import FrameType

from core.embedded import places as embedded
from core.embedded import postgres, sockets
from core.embedded.errors import EmbeddedError
from pairing.demo import children, parts, places
from pairing.demo.children import Child, say
from pairing.demo.places import cannot_write

LOOK_SECONDS = 0.25
READY_SECONDS = 60


class Supervisor:
    """Starts the parts in order, keeps them alive, and stops what it started."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.stopping = False
        self.children: list[Child] = []

    def run(self) -> int:
        """Run the demo until a signal ends it; return the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            return self._start() or self._watch()
        finally:
            self._stop()

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _start(self) -> int:
        began = time.monotonic()
        environment = parts.environment(self.port)
        self._start_postgres()
        status = self._prepare(environment)
        if status or self.stopping:
            return status
        say("Starting the web server, the task worker and the clock …")
        web, *others = parts.children(self.port, environment)
        self.children = [web]
        web.start()
        is_up = self._wait_for_first_page()  # before the others take the processors to load their tasks
        for child in others:
            self.children.append(child)
            child.start()
        if is_up:
            say(f"\nReady after {time.monotonic() - began:.0f} seconds: http://localhost:{self.port}/")
            say(f"Accounts and passwords: {places.ACCOUNTS}")
            say(f"Logs and sent mail:     {places.LOGS}/")
            say("Ctrl-C stops everything.")
        return 0

    def _start_postgres(self) -> None:
        cluster = embedded.demo_cluster()
        if not postgres.is_running(cluster):
            say("Starting PostgreSQL …" if cluster.exists() else f"Creating a PostgreSQL in {cluster} …")
            places.OUR_POSTGRES.touch()
        postgres.ensure_running(cluster)

    def _prepare(self, environment: dict[str, str]) -> int:
        say("Bringing the database and the demo data up to date …")
        process = children.start(parts.prepare_command(), environment)
        while process.poll() is None and not self.stopping:
            time.sleep(LOOK_SECONDS / 5)
        children.terminate(process)
        children.end(process, time.monotonic() + children.STOP_SECONDS)
        if process.returncode and not self.stopping:
            say("The demo data could not be loaded; the reason stands above. `make demo-reset` starts over.")
            return 1
        return 0

    def _wait_for_first_page(self) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        while not self.stopping and time.monotonic() < deadline:
            if answers(self.port):
                return True
            self._tend()
            time.sleep(LOOK_SECONDS)
        if not self.stopping:
            say(
                f"No page after {READY_SECONDS} seconds; still trying. The reason is in {places.LOGS}/web.log"
            )
        return False

    def _watch(self) -> int:
        while not self.stopping:
            time.sleep(LOOK_SECONDS)
            self._tend()
        return 0

    def _tend(self) -> None:
        if not sockets.is_listening(embedded.demo_cluster()):
            say("PostgreSQL ended; starting it again.")
            postgres.ensure_running(embedded.demo_cluster())
        for child in self.children:
            child.tend()

    def _stop(self) -> None:
        say("\nStopping …")
        for child in self.children:
            child.terminate()
        deadline = time.monotonic() + children.STOP_SECONDS
        for child in self.children:
            child.wait(deadline)
        if places.OUR_POSTGRES.exists():
            postgres.stop(embedded.demo_cluster())
            places.OUR_POSTGRES.unlink()
        say("Stopped. The data stays; `make demo` goes on with it.")


def answers(port: int) -> bool:
    """Tell whether the web server answers with any page."""
    connection = http.client.HTTPConnection(parts.HOST, port, timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": "localhost"})
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def check_port(port: int) -> None:
    """End with a sentence unless this process may listen on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((parts.HOST, port))
        except PermissionError:
            sys.exit(
                f"Port {port} needs more rights. Choose one above 1023, for example: make demo PORT=8000"
            )
        except OSError:
            sys.exit(f"Port {port} is taken. Choose another one, for example: make demo PORT={port + 1}")


def make_folders() -> None:
    """Make the folders that the parts write to, or end with a sentence."""
    try:
        for folder in (places.LOGS, *places.BROKER_FOLDERS):
            folder.mkdir(parents=True, exist_ok=True)
        places.LOCK.touch()
        if not os.access(var_dir := embedded.var_dir(), os.W_OK):  # whoever owns the folders in it
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(var_dir))
    except OSError as error:
        sys.exit(cannot_write(error))


def port_number(text: str) -> int:
    """Parse a port between 1 and 65535."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no port: give a number from 1 to 65535, e.g. PORT=8001"
        )
    return int(text)


def main() -> None:
    """Check what can be checked before anything starts, then run the demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=port_number, default=8000)
    port = parser.parse_args().port
    make_folders()
    lock = places.try_lock()
    if lock is None:
        running_port = places.lock_holder()[1] or port
        sys.exit(
            f"A demo of this checkout already runs: http://localhost:{running_port}/ (Ctrl-C stops it there)"
        )
    with lock:
        check_port(port)
        places.sign_lock(lock, port)
        try:
            sys.exit(Supervisor(port).run())
        except EmbeddedError as error:
            sys.exit(str(error))
        except OSError as error:
            if error.filename is None:
                raise
            sys.exit(cannot_write(error))
