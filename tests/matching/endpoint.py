"""A re-ranking endpoint on this machine that answers as a test wants."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Answering(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers.get("Authorization"), json.loads(body)))
        self.server.reply(self)

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args):
        """Say nothing of one who hung up before the answer: what is tested may not wait for it."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*args)


@contextmanager
def answering() -> Iterator[Server]:
    """Run a server: `asked` fills with what it is asked, `reply` is called with the handler."""
    with Server(("127.0.0.1", 0), Answering) as running:
        running.asked = []
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def saying(content, status=200):
    def reply(handler):
        answer = json.dumps({"choices": [{"message": {"content": content}}]}).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(answer)))
        handler.end_headers()
        handler.wfile.write(answer)

    return reply
