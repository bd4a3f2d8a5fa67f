"""Pictures are never kept as they came: drawn anew without EXIF (place, device), comments or hidden data."""

from __future__ import annotations

import struct
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from core.errors import DomainError

MAX_PIXELS = 40_000_000
LONGEST_SIDE = 4000  # pixels; enough for print on A4
THUMBNAIL_SIDE = 320
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error, KeyError, IndexError, TypeError)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


@dataclass(frozen=True)
class Picture:
    """A picture drawn anew, and a small one for lists, both in the format of `extension`."""

    extension: str
    content_type: str
    content: bytes
    thumbnail: bytes


def redrawn(name: str, content: bytes) -> Picture:
    """Draw a picture anew, upright and without anything but its pixels; of an animation the first frame.

    Raises:
        DomainError: when it has too many pixels or cannot be read to its end.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # broken EXIF, which is dropped anyway
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=FORMATS) as opened:
                image = _pixels(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DomainError(
            f"“{name}”的像素太多（上限 {MAX_PIXELS // 10_000} 万），没有保存。请缩小后再传。", field="file"
        ) from error
    except UNREADABLE as error:
        raise DomainError(
            f"“{name}”打不开或不完整，没有保存。请重新拍摄或另存后再传。", field="file"
        ) from error
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    small = image.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    is_photo = image.mode == "RGB"
    extension, content_type = ("jpg", "image/jpeg") if is_photo else ("png", "image/png")
    return Picture(extension, content_type, _saved(image), _saved(small))


def _pixels(opened: Image.Image) -> Image.Image:
    """The first frame, decoded to its end, turned as its EXIF says, with nothing else in it."""
    opened.seek(0)
    opened.load()
    upright = ImageOps.exif_transpose(opened)
    has_alpha = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    image = upright.convert("RGBA" if has_alpha else "RGB")
    image.info = {}
    return image


def _saved(image: Image.Image) -> bytes:
    buffer = BytesIO()
    if image.mode == "RGB":
        image.save(buffer, "JPEG", quality=88)
    else:
        image.save(buffer, "PNG")
    return buffer.getvalue()
