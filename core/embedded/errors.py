"""The one error of this package: a sentence for the person at the terminal."""


class EmbeddedError(Exception):
    """An embedded service cannot do what was asked; the message says why and what to do."""
