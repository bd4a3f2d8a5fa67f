"""How a workbook is refused: one faulty cell, or the file as a whole."""

from core.errors import DomainError


class CellError(ValueError):
    """A cell that cannot be understood; the message is the reason shown beside it."""


class WorkbookError(DomainError):
    """A file that is not read at all. `status` is what a browser is answered."""

    status = 422


class HeadingError(WorkbookError):
    """The file was read, but no row of it looks like the header; a person may still say which one is."""


class WorkbookFormatError(WorkbookError):
    """Not an .xlsx, or one behind a password."""

    status = 415


class WorkbookTooBigError(WorkbookError):
    """A file beyond the limits of size, unpacked size, rows or columns."""

    status = 413
