"""PDF documents without what is hidden in them. Runs in a process of its own.

A new document is built from what the pages draw, kind by kind from the lists below (ISO 32000-1): what no list names is
not taken over. So information, XMP, attachments, scripts, actions, bookmarks, forms, thumbnails, older revisions and
what nothing refers to stay behind. Annotations are drawn into the page first: what was to be seen stays to be seen,
without who wrote it and when. Programs of fonts are kept as they are, and so is text that a scanner put behind a
picture.
"""

from __future__ import annotations

import io
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream, String

from incidents.evidence.paper_pictures import MostPixels, picture
from incidents.evidence.pictures import BROKEN
from incidents.evidence.refusals import Refused, Why

if TYPE_CHECKING:
    from collections.abc import Iterable

    Known = tuple[tuple[int, int], str]

#: The kind of what holds numbers, names and lists of them alone; anything else in it is left out.
PLAIN: Final = "plain"
#: What is kept of each kind of dictionary, and of what kind it is.
FIELDS: Final[dict[str, dict[str, str]]] = {
    "resources": {
        "/Font": "fonts",
        "/XObject": "drawings",
        "/ColorSpace": "spaces",
        "/Pattern": "patterns",
        "/Shading": "shadings",
        "/ExtGState": "states",
        "/ProcSet": PLAIN,
    },
    "group": {"/Type": PLAIN, "/S": PLAIN, "/CS": "space", "/I": PLAIN, "/K": PLAIN},
    "form": dict.fromkeys(["/Type", "/Subtype", "/FormType", "/BBox", "/Matrix"], PLAIN)
    | {"/Resources": "resources", "/Group": "group"},
    "pattern": dict.fromkeys(
        ["/Type", "/PatternType", "/PaintType", "/TilingType", "/BBox", "/XStep", "/YStep", "/Matrix"], PLAIN
    )
    | {"/Resources": "resources", "/Shading": "shading", "/ExtGState": "state"},
    "shading": dict.fromkeys(
        [
            *("/ShadingType", "/Background", "/BBox", "/AntiAlias", "/Domain", "/Matrix", "/Coords", "/Extend"),
            *("/BitsPerCoordinate", "/BitsPerComponent", "/BitsPerFlag", "/Decode", "/VerticesPerRow"),
        ],
        PLAIN,
    )
    | {"/ColorSpace": "space", "/Function": "function"},
    "function": dict.fromkeys(
        [
            *("/FunctionType", "/Domain", "/Range", "/Size", "/BitsPerSample", "/Order", "/Encode", "/Decode"),
            *("/C0", "/C1", "/N", "/Bounds"),
        ],
        PLAIN,
    )
    | {"/Functions": "function"},
    "state": dict.fromkeys(
        [
            *("/Type", "/LW", "/LC", "/LJ", "/ML", "/D", "/RI", "/OP", "/op", "/OPM", "/FL", "/SM", "/SA", "/BM"),
            *("/CA", "/ca", "/AIS", "/TK"),
        ],
        PLAIN,
    )
    | {"/Font": "font", "/SMask": "softmask"},
    "softmask": {"/Type": PLAIN, "/S": PLAIN, "/BC": PLAIN, "/G": "drawing", "/TR": "function"},
    "font": dict.fromkeys(
        [
            *("/Type", "/Subtype", "/BaseFont", "/FirstChar", "/LastChar", "/Widths", "/DW", "/W", "/DW2", "/W2"),
            *("/FontMatrix", "/FontBBox"),
        ],
        PLAIN,
    )
    | {
        "/FontDescriptor": "descriptor",
        "/Encoding": "encoding",
        "/ToUnicode": "encoding",
        "/DescendantFonts": "font",
        "/CIDSystemInfo": "system",
        "/CIDToGIDMap": "encoding",
        "/CharProcs": "glyphs",
        "/Resources": "resources",
    },
    "descriptor": dict.fromkeys(
        [
            *("/Type", "/FontName", "/FontStretch", "/FontWeight", "/Flags", "/FontBBox", "/ItalicAngle", "/Ascent"),
            *("/Descent", "/Leading", "/CapHeight", "/XHeight", "/StemV", "/StemH", "/AvgWidth", "/MaxWidth"),
            "/MissingWidth",
        ],
        PLAIN,
    )
    | dict.fromkeys(["/FontFile", "/FontFile2", "/FontFile3"], "program"),
    "program": dict.fromkeys(["/Subtype", "/Length1", "/Length2", "/Length3"], PLAIN),
    "encoding": dict.fromkeys(["/Type", "/BaseEncoding", "/Differences", "/CMapName", "/WMode"], PLAIN)
    | {"/CIDSystemInfo": "system", "/UseCMap": "encoding"},
    "system": {"/Registry": "word", "/Ordering": "word", "/Supplement": PLAIN},
    "calibrated": dict.fromkeys(["/WhitePoint", "/BlackPoint", "/Gamma", "/Matrix", "/Range"], PLAIN),
    "glyph": {},
}
#: Dictionaries whose keys are free names; of what kind the values are.
NAMED: Final = {
    "fonts": "font",
    "drawings": "drawing",
    "spaces": "space",
    "patterns": "pattern",
    "shadings": "shading",
    "states": "state",
    "glyphs": "glyph",
}
#: Streams that are drawing instructions; those of other kinds are data.
DRAWN: Final = {"form", "pattern", "glyph"}
BOXES: Final = ("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate", "/UserUnit")
#: Every operator but those of marked content, which draw nothing and carry replacement texts and names of layers.
OPERATORS: Final = frozenset(
    [
        *("b", "B", "b*", "B*", "BT", "BX", "c", "cm", "CS", "cs", "d", "d0", "d1", "Do", "ET", "EX", "f", "F"),
        *("f*", "G", "g", "gs", "h", "i", "j", "J", "K", "k", "l", "m", "M", "n", "q", "Q", "re", "RG", "rg"),
        *("ri", "s", "S", "SC", "sc", "SCN", "scn", "sh", "T*", "Tc", "Td", "TD", "Tf", "Tj", "TJ", "TL", "Tm"),
        *("Tr", "Ts", "Tw", "Tz", "v", "w", "W", "W*", "y", "'", '"'),
    ]
)
INLINE: Final = "INLINE IMAGE"
BY_COMPONENTS: Final = {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}
CALIBRATED: Final = {"/CalGray", "/CalRGB", "/Lab"}
MOST_COMPONENTS: Final = 4
DEEPEST: Final = 60


def prepare() -> None:
    """Load what pikepdf loads only when it is needed: later no file can be opened any more."""
    out = io.BytesIO()
    with Pdf.new() as empty:
        empty.add_blank_page()
        empty.save(out)
    cleaned(out.getvalue())
    # pikepdf asks a colour profile how many numbers a point has.
    import_module("PIL.ImageCms")


def cleaned(data: bytes) -> bytes:
    """A copy of a document that has nothing but what its pages draw.

    Raises:
        Refused: it cannot be read, is locked, or holds something that cannot be written anew.
    """
    try:
        with Pdf.open(io.BytesIO(data)) as source, Pdf.new() as made:
            source.flatten_annotations("all")
            _Copy(made).pages(source)
            out = io.BytesIO()
            # Its own number follows from the content; nothing says when or with what it was made.
            made.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
            return out.getvalue()
    except pikepdf.PasswordError:
        raise Refused(Why.LOCKED) from None
    except (pikepdf.PdfError, *BROKEN):
        raise Refused(Why.DAMAGED) from None


class _Copy:
    """Builds what is kept anew, each shared object once."""

    def __init__(self, made: Pdf) -> None:
        self._made = made
        self._known: dict[Known, Object] = {}
        self._depth = 0
        self._left = MostPixels()

    def pages(self, source: Pdf) -> None:
        """Every page of a document, in its order."""
        for page in source.pages:
            made = Dictionary(Type=Name.Page)
            for key in BOXES:
                if (found := _inherited(page.obj, key)) is not None:
                    made[key] = self._made_of(found, PLAIN)
            made.Resources = self._made_of(_inherited(page.obj, "/Resources") or Dictionary(), "resources")
            if "/Group" in page.obj:
                made.Group = self._made_of(page.obj.Group, "group")
            made.Contents = self._made.make_stream(instructions(page))
            self._made.pages.append(Page(self._made.make_indirect(made)))

    def _made_of(self, thing: Any, kind: str) -> Any:  # noqa: ANN401 - pikepdf gives plain values as Python's
        known = (thing.objgen, kind) if isinstance(thing, Object) and thing.is_indirect else None
        if known in self._known:
            return self._known[known]
        self._depth += 1
        if self._depth > DEEPEST:
            raise Refused(Why.INSIDE)
        made = self._new(thing, kind, known)
        self._depth -= 1
        return made

    def _new(self, thing: Any, kind: str, known: Any) -> Any:  # noqa: ANN401 - as above
        if kind == "word":
            return String(str(thing))
        if kind == "space" and isinstance(thing, Array):
            return self._space(list(thing))
        if isinstance(thing, Array) and kind != PLAIN:
            return Array([self._made_of(one, kind) for one in thing])
        if kind == PLAIN or not isinstance(thing, (Dictionary, Stream)):
            return _plain(thing)
        if kind in NAMED:
            return Dictionary({key: self._made_of(value, NAMED[kind]) for key, value in thing.items()})
        return self._record(thing, kind, known)

    def _record(self, thing: Object, kind: str, known: Known | None) -> Object:
        if kind == "drawing":
            kind = {"/Image": "picture", "/Form": "form"}.get(str(thing.get("/Subtype")), "nothing")
        if kind == "nothing":
            return Dictionary()
        if kind == "picture":
            made = self._picture(thing)
        else:
            made = self._made.make_stream(_data(thing, kind)) if isinstance(thing, Stream) else Dictionary()
            made = self._made.make_indirect(made)
        if known:
            # Before what is inside: a font's glyphs may use the font.
            self._known[known] = made
        for key, inner in FIELDS.get(kind, {}).items():
            if key in thing:
                made[key] = self._made_of(thing[key], inner)
        return made

    def _picture(self, thing: Any) -> Object:  # noqa: ANN401 - as above
        content, about = picture(thing, self._left)
        made = self._made.make_indirect(self._made.make_stream(content))
        for key, value in about.items():
            made[key] = value
        if "/ColorSpace" in thing and "/ColorSpace" not in about and "/ImageMask" not in about:
            made.ColorSpace = self._made_of(thing.ColorSpace, "space")
        for key in ("/SMask", "/Mask"):
            if isinstance(thing.get(key), Stream):
                made[key] = self._made_of(thing[key], "drawing")
        return made

    def _space(self, parts: list[Object]) -> Object:
        """A colour space without its profile: that says what made the picture, and may say whose it is."""
        family = str(parts[0])
        if family == "/ICCBased":
            return BY_COMPONENTS[int(parts[1].N)]
        if family in CALIBRATED:
            return Array([parts[0], self._made_of(parts[1], "calibrated")])
        if family == "/Indexed":
            return Array([parts[0], self._made_of(parts[1], "space"), int(parts[2]), _palette(parts[3], int(parts[2]))])
        if family in {"/Separation", "/DeviceN"}:
            alternate, tint = self._made_of(parts[2], "space"), self._made_of(parts[3], "function")
            return Array([parts[0], _plain(parts[1]), alternate, tint])
        return Array([parts[0], *(self._made_of(one, "space") for one in parts[1:2])])


def instructions(drawn: Page | Object) -> bytes:
    """Drawing instructions, read and written anew: no comments, no marked content, nothing unknown."""
    kept = []
    for one in pikepdf.parse_content_stream(drawn):
        operator = str(one.operator)
        if operator == INLINE:
            _check_inline(one.operands[0])
        if operator in OPERATORS or operator == INLINE:
            kept.append(one)
    return pikepdf.unparse_content_stream(kept)


def _check_inline(image: Any) -> None:  # noqa: ANN401 - pikepdf's
    """A small picture between instructions is kept if it is bare pixels."""
    if not set(image.filters) <= {"/FlateDecode", "/RunLengthDecode", "/LZWDecode", "/ASCII85Decode"}:
        raise Refused(Why.INSIDE)


def _data(thing: Object, kind: str) -> bytes:
    return instructions(thing) if kind in DRAWN else bytes(thing.read_bytes())


def _inherited(page: Object, key: str) -> Object | None:
    """A value of a page, or of a node above it."""
    for _level in range(DEEPEST):
        if key in page:
            return page[key]
        if "/Parent" not in page:
            return None
        page = page.Parent
    return None


def _plain(thing: Any) -> Any:  # noqa: ANN401 - pikepdf's
    """Numbers, names and lists of them; whatever else there is becomes nothing."""
    if isinstance(thing, Array):
        return Array(_flat(thing))
    return thing if isinstance(thing, (int, float, Name)) or _is_number(thing) else None


def _flat(things: Iterable[Any]) -> list[Any]:
    return [made for one in things if (made := _plain(one)) is not None]


def _is_number(thing: object) -> bool:
    return type(thing).__name__ == "Decimal"


def _palette(lookup: Object, highest: int) -> String:
    table = lookup.read_bytes() if isinstance(lookup, Stream) else bytes(lookup)
    return String(table[: (highest + 1) * MOST_COMPONENTS])
