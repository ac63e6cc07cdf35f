"""The table as JSON with a description that catalogues read: schema.org's Dataset, DCAT 3 with Dublin Core terms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from incidents.i18n import gettext as _
from incidents.releases import method, wording

if TYPE_CHECKING:
    from incidents.releases.edition import Edition

CONTEXT: Final = {
    "@vocab": "https://schema.org/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
}
LICENCE: Final = "https://creativecommons.org/licenses/by-nc/4.0/"


def json_file(edition: Edition) -> bytes:
    """Description and table in one JSON-LD document. A hidden number is null."""
    return json.dumps(
        {**described(edition), "table": _table(edition)}, ensure_ascii=False, sort_keys=True, indent=1
    ).encode()


def described(edition: Edition) -> dict[str, Any]:
    """What a catalogue wants to know of a release."""
    period = "/".join(wording.month(month) for month in (edition.question.since, edition.question.until))
    place = wording.place(edition.question.place)
    note = method.note(edition.question, edition.protected)
    description = f"{_('Documented cases, not prevalence.')} {method.cost(edition.protected)}"
    return {
        "@context": CONTEXT,
        "@type": ["Dataset", "dcat:Dataset"],
        "identifier": edition.name,
        "name": edition.title,
        "description": description,
        "publisher": {"@type": "Organization", "name": edition.organisation},
        "datePublished": edition.released_on.isoformat(),
        "inLanguage": edition.language,
        "version": str(edition.version),
        "temporalCoverage": period,
        "spatialCoverage": place,
        "license": LICENCE,
        "isAccessibleForFree": True,
        "citation": edition.citation,
        "variableMeasured": [edition.protected.measure],
        "measurementTechnique": [f"{term}: {meaning}" for term, meaning in note],
        "dcterms:title": edition.title,
        "dcterms:description": description,
        "dcterms:publisher": edition.organisation,
        "dcterms:temporal": period,
        "dcterms:spatial": place,
        "dcterms:license": LICENCE,
        "dcterms:accessRights": "public",
        "dcat:version": str(edition.version),
    }


def _table(edition: Edition) -> dict[str, Any]:
    """The protected table with the words for its codes."""
    table: dict[str, Any] = json.loads(edition.protected.to_json())
    for side, stored in zip(edition.protected.dimensions, table["dimensions"], strict=True):
        stored["label"] = str(wording.DIMENSIONS[side.name])
        stored["labels"] = {code: wording.code_words(side, code) for code in side.all_codes}
    return table
