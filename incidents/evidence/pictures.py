"""Pictures without what is hidden in them: pixels are decoded and copied into new ones. Runs in a process of its own.

Nothing but pixels is carried over, so EXIF, GPS, XMP, IPTC, colour profiles, comments, thumbnails, text chunks and what
stands behind the end of the file stay behind, known to us or not. The orientation that EXIF states is applied first.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageFilter, ImageOps, ImageSequence, UnidentifiedImageError

from incidents.evidence.media import GIF, JPEG, PNG, TIFF, WEBP
from incidents.evidence.refusals import Refused, Why

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Of all frames together: 50 million points are 200 MB with transparency.
MOST_PIXELS: Final = 50_000_000
FORMATS: Final = {JPEG.type: "JPEG", PNG.type: "PNG", GIF.type: "GIF", WEBP.type: "WEBP", TIFF.type: "TIFF"}
#: Kinds of points that each format keeps as they are; everything else becomes colours.
KEPT: Final = {
    "JPEG": {"L", "RGB"},
    "PNG": {"1", "L", "LA", "RGB", "RGBA", "I;16"},
    "GIF": {"L", "RGB", "RGBA"},
    "WEBP": {"RGB", "RGBA"},
    "TIFF": {"1", "L", "RGB", "RGBA", "I;16"},
}
OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "JPEG": {"quality": 92, "subsampling": 0},
    "PNG": {},
    "GIF": {"disposal": 2},
    "WEBP": {"quality": 92},
    "TIFF": {"compression": "tiff_deflate"},
}
#: A preview knows no more than this many points a side; enlarged, so that it is seen to be a picture.
PREVIEW_POINTS: Final = 20
PREVIEW_SIDE: Final = 96
PREVIEW_BLUR: Final = 5
#: What goes wrong in a decoder that is given bytes which are no picture.
BROKEN: Final = (
    *(UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError),
    *(AttributeError, OverflowError, ZeroDivisionError, RuntimeError),
)


def prepare() -> None:
    """Load every decoder that is needed: later no file can be opened any more."""
    Image.preinit()
    Image.init()


def cleaned(data: bytes, media_type: str) -> tuple[bytes, bytes]:
    """A copy of a picture without anything but its pixels, and a blurred preview of the first frame (JPEG).

    Raises:
        Refused: it cannot be decoded, or has more than MOST_PIXELS.
    """
    wanted = FORMATS[media_type]
    try:
        with Image.open(io.BytesIO(data), formats=[wanted]) as source:
            return _copied(source, wanted)
    except Image.DecompressionBombError:
        # Pillow's own limit is higher than ours.
        raise Refused(Why.TOO_LARGE) from None
    except BROKEN:
        raise Refused(Why.DAMAGED) from None


def _copied(source: Image.Image, wanted: str) -> tuple[bytes, bytes]:
    loop = source.info.get("loop")
    frames, shown = [], []
    for frame in _frames(source, wanted):
        frames.append(plain(frame, KEPT[wanted]))
        shown.append(frame.info.get("duration"))
    options = dict(OPTIONS[wanted])
    if len(frames) > 1:
        options |= {"save_all": True, "append_images": frames[1:]}
        options |= _timing(wanted, shown, loop)
    out = io.BytesIO()
    frames[0].save(out, wanted, **options)
    return out.getvalue(), preview(frames[0])


def _frames(source: Image.Image, wanted: str) -> Iterator[Image.Image]:
    """Every frame, turned as it is meant to be seen; of a JPEG the picture itself, not those that go with it."""
    left = MOST_PIXELS
    for frame in ImageSequence.Iterator(source):
        left -= frame.width * frame.height
        if left < 0:
            raise Refused(Why.TOO_LARGE)
        yield ImageOps.exif_transpose(frame)
        if wanted == "JPEG":
            return


def _timing(wanted: str, shown: Sequence[float | None], loop: float | None) -> dict[str, Any]:
    if wanted == "TIFF":
        return {}
    return {"duration": [int(one or 0) for one in shown], "loop": int(loop or 0)}


def plain(frame: Image.Image, kept: set[str]) -> Image.Image:
    """A new picture with the same pixels, and nothing else."""
    mode = frame.mode
    if frame.has_transparency_data or mode not in kept:
        mode = "RGBA" if frame.has_transparency_data and "RGBA" in kept else "RGB"
    if mode == "RGB" and frame.mode.startswith("I;16"):
        frame = frame.point(lambda value: value / 256).convert("L")
    made = Image.new(mode, frame.size)
    made.paste(frame if frame.mode == mode else frame.convert(mode))
    return made


def preview(picture: Image.Image) -> bytes:
    """A picture of which hardly more than light and dark can be told: few points, enlarged and blurred (JPEG)."""
    small = Image.new("RGB", picture.size, "white") if picture.mode in {"RGBA", "LA"} else picture
    if small is not picture:
        small.paste(picture.convert("RGB"), mask=picture.getchannel("A"))
    if small.mode == "I;16":
        small = small.point(lambda value: value / 256).convert("L")
    small = small.convert("RGB").resize(_within(picture.size, PREVIEW_POINTS), Image.Resampling.BOX)
    large = small.resize(_within(picture.size, PREVIEW_SIDE), Image.Resampling.BICUBIC)
    out = io.BytesIO()
    large.filter(ImageFilter.GaussianBlur(PREVIEW_BLUR)).save(out, "JPEG", quality=60)
    return out.getvalue()


def _within(size: tuple[int, int], side: int) -> tuple[int, int]:
    """A size of the same shape with its longer side this long."""
    longer = max(size)
    return max(1, size[0] * side // longer), max(1, size[1] * side // longer)
