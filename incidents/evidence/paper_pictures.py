"""Pictures inside PDF documents: pixels are decoded and written anew, without what was coded beside them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from pikepdf import Array, Name, PdfImage
from PIL import ImageChops

from incidents.evidence.pictures import MOST_PIXELS, plain
from incidents.evidence.refusals import Refused, Why

if TYPE_CHECKING:
    from pikepdf import Stream
    from PIL import Image

JPEG: Final = {"/DCTDecode", "/DCT"}
#: Coded pictures that become bare pixels.
DECODED: Final = {"/JPXDecode", "/CCITTFaxDecode", "/CCF"}
#: Needs a program that we do not bring.
NOT_DECODED: Final = {"/JBIG2Decode"}
QUALITY: Final = 92
NUMBERS: Final = ("/Width", "/Height", "/Interpolate", "/ImageMask", "/Intent")
COMPONENTS: Final = {
    "/DeviceGray": 1,
    "/CalGray": 1,
    "/Indexed": 1,
    "/Separation": 1,
    "/DeviceRGB": 3,
    "/CalRGB": 3,
    "/Lab": 3,
    "/DeviceCMYK": 4,
}


class MostPixels:
    """How many points may still be decoded of a document."""

    def __init__(self) -> None:
        self._left = MOST_PIXELS

    def take(self, width: int, height: int) -> None:
        """Count a picture.

        Raises:
            Refused: all pictures together are too large.
        """
        self._left -= width * height
        if self._left < 0 or width < 0 or height < 0:
            raise Refused(Why.TOO_LARGE)


def picture(thing: Stream, left: MostPixels) -> tuple[bytes, dict[str, Any]]:
    """The stream of a picture and what has to stand beside it; its colour space only where that is another now.

    Raises:
        Refused: it is too large, or coded in a way that we cannot decode.
    """
    left.take(int(thing.Width), int(thing.Height))
    about: dict[str, Any] = {"/Type": Name.XObject, "/Subtype": Name.Image}
    about |= {key: thing[key] for key in NUMBERS if key in thing}
    filters = set(_filters(thing))
    if filters & NOT_DECODED:
        raise Refused(Why.INSIDE)
    if filters & JPEG:
        return _jpeg(thing, about)
    if filters & DECODED:
        return _decoded(thing, about)
    return _bare(thing, about)


def _filters(thing: Stream) -> list[str]:
    found = thing.get("/Filter", Array())
    return [str(one) for one in (found if isinstance(found, Array) else [found])]


def _jpeg(thing: Stream, about: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
    image = _opened(thing)
    if image.mode == "CMYK":
        # Pillow turns such pictures over as Adobe's mark tells, and writes them turned over, with the mark.
        pixels = image.copy() if "adobe" in image.info else ImageChops.invert(image)
        pixels.info = {}
    else:
        pixels = plain(image, {"L", "RGB"})
    out = io.BytesIO()
    pixels.save(out, "JPEG", quality=QUALITY, subsampling=0)
    about |= {"/Filter": Name.DCTDecode, "/BitsPerComponent": 8}
    return out.getvalue(), about | _decode(thing)


def _decoded(thing: Stream, about: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
    pixels = plain(_opened(thing), {"1", "L", "RGB"})
    about["/BitsPerComponent"] = 1 if pixels.mode == "1" else 8
    if "/ImageMask" not in about:
        about["/ColorSpace"] = Name.DeviceRGB if pixels.mode == "RGB" else Name.DeviceGray
    return pixels.tobytes(), about | _decode(thing)


def _opened(thing: Stream) -> Image.Image:
    return PdfImage(thing).as_pil_image(apply_decode_array=False, apply_mask=False)


def _bare(thing: Stream, about: dict[str, Any]) -> tuple[bytes, dict[str, Any]]:
    """Pixels that are coded in no way of their own: as many as the picture has, and not what may stand behind them."""
    bits = 1 if thing.get("/ImageMask") else int(thing.get("/BitsPerComponent", 8))
    row = -(-int(thing.Width) * bits * _components(thing) // 8)
    about["/BitsPerComponent"] = bits
    return bytes(thing.read_bytes())[: row * int(thing.Height)], about | _decode(thing)


def _decode(thing: Stream) -> dict[str, Any]:
    numbers = [float(one) for one in thing.get("/Decode", Array())]
    return {"/Decode": Array(numbers)} if numbers else {}


def _components(thing: Stream) -> int:
    """How many numbers a point has."""
    space = thing.get("/ColorSpace")
    if thing.get("/ImageMask") or space is None:
        return 1
    if not isinstance(space, Array):
        return COMPONENTS[str(space)]
    family = str(space[0])
    if family == "/ICCBased":
        return int(space[1].N)
    return len(space[1]) if family == "/DeviceN" else COMPONENTS[family]
