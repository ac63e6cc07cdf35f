"""The table as humanitarian data: CSV with a second row of HXL hashtags (hxlstandard.org, 1.1; standards section 6).

Only leaves: whoever adds up a column must get a total and not several times one. A leaf that is hidden has an empty
number and TRUE in the column of suppression. Tags that begin with ``x_`` are this project's own, as the standard has
it for tags that it does not know.
"""

from __future__ import annotations

import csv
import io
from itertools import product
from typing import TYPE_CHECKING, Final

from incidents.codebook.services import codebook
from incidents.disclosure.services import HIDDEN, OTHER, UNSPECIFIED
from incidents.i18n import current_locale
from incidents.releases import wording
from incidents.releases.formulas import neutral
from incidents.releases.question import FAMILIES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from incidents.disclosure.services import Dimension
    from incidents.releases.edition import Edition

#: Name and hashtag of the columns of each dimension; ``{language}`` is that of the file.
COLUMNS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    **dict.fromkeys(("month", "quarter", "year"), (("period", "#date+occurred+period"),)),
    "country": (("country_code", "#country+code+v_iso3"), ("country_name", "#country+name+i_{language}")),
    "network": (("network_code", "#region+code"), ("network_name", "#region+name+i_{language}")),
    "violation_group": (
        ("violation_group", "#event+category+code"),
        ("violation_group_label", "#event+category+name+i_{language}"),
    ),
    "violation": (
        ("violation_code", "#event+type+code"),
        ("violation_label", "#event+type+name+i_{language}"),
        ("iccs_code", "#event+type+code+v_iccs"),
    ),
    "perpetrator_group": (("perp_group", "#group+type+code"), ("perp_group_label", "#group+type+name+i_{language}")),
    "perpetrator": (("perp_type", "#group+type+sub+code"), ("perp_type_label", "#group+type+sub+name+i_{language}")),
    "gender": (("gender", "#x_gender+code"), ("gender_label", "#x_gender+name+i_{language}")),
    "age": (("age_group", "#x_age+code"), ("age_group_label", "#x_age+name+i_{language}")),
}
MEASURED: Final = (
    ("persons", "#affected+ind"),
    ("suppressed", "#meta+suppressed"),
    ("series", "#meta+series"),
    ("source_note", "#meta+source"),
    ("updated", "#date+updated"),
)


def hxl_file(edition: Edition) -> bytes:
    """The leaves of a table with hashtags. UTF-8 without a byte order mark, which HXL tools read as a sign."""
    sides = edition.protected.dimensions
    language = current_locale().code.partition("-")[0]
    heads = [column for side in sides for column in COLUMNS[side.name]] + list(MEASURED)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([name for name, _tag in heads])
    writer.writerow([tag.format(language=language) for _name, tag in heads])
    series = neutral(str(wording.SERIES[edition.question.series]))
    last = [series, neutral(edition.citation), edition.released_on.isoformat()]
    for key in product(*(side.leaves for side in sides)):
        value = edition.protected.cells[key]
        codes = [neutral(part) for side, code in zip(sides, key, strict=True) for part in _cells(side, code)]
        writer.writerow([*codes, *(["", "TRUE"] if value is HIDDEN else [value, "FALSE"]), *last])
    return text.getvalue().encode()


def _cells(side: Dimension, code: str) -> Sequence[str]:
    return CELLS.get(FAMILIES[side.name], _coded)(side, code)


def _coded(side: Dimension, code: str) -> Sequence[str]:
    cells = [code.removesuffix(UNSPECIFIED), wording.code_words(side, code)]
    return [*cells, *iccs(cells[0])] if side.name == "violation" else cells


def _timed(_side: Dimension, code: str) -> Sequence[str]:
    """A period as the standard writes it; what is not shown more finely stands at its quarter or year."""
    return [code.removesuffix(UNSPECIFIED)]


def _placed(side: Dimension, code: str) -> Sequence[str]:
    """A country by its three letters; several together have none."""
    plain = "" if code.startswith(OTHER) else code.removesuffix(UNSPECIFIED)
    if side.name == "country" and plain:
        plain = codebook().iso3(plain) or ""
    return [plain, wording.code_words(side, code)]


def iccs(violation: str) -> Sequence[str]:
    """The code of a violation in the International Classification of Crime for Statistical Purposes; may be empty."""
    known = codebook().vocabulary("violation_types")
    found = known[violation].mappings.get("ICCS", ()) if violation in known else ()
    return [found[0] if found else ""]


CELLS: Final[dict[str, Callable[[Dimension, str], Sequence[str]]]] = {"time": _timed, "place": _placed}
