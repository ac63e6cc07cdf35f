"""Write docs/data-model.md from the marks of the schema: `python -m tools.data_dictionary`.

The page is made, never edited: a test compares it with what this makes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from incidents.facts.schema import FACT_COLUMNS, RULES_VERSION
from incidents.records.fields import Mark, Sensitive, marks
from incidents.records.schema import SCHEMA_VERSION, CaseDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from incidents.facts.schema import Column

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "data-model.md"
INTRODUCTION: Final = f"""# Data model

Made by `python -m tools.data_dictionary` from the marks in `incidents/records/schema*.py`; do not edit. Schema version
{SCHEMA_VERSION}, version of the rules that derive facts {RULES_VERSION}.

A case is one document, sealed in two parts. **identity** points at people: names, contacts, exact place, sources.
**account** is the rest and opens alone. Everything is sealed; the class says what may be made of a field: *sensitive*
is words and values about a person or a case, *coded* comes from a closed list, *meta* keeps the record in order.

Tiers, from closed to open: **X** never leaves; **U** in a consented packet for a UN body, court or lawyer; **P** to a
named partner; **A** only inside totals; **C** on a consented public page; **O** open.

A path such as `persons[].contact.value` reads: of each person, of their contact, the value. A date is kept as EDTF, so
that it can be a day, a month, a year, about, between or unknown. `id` and all references are 128 random bits.
"""
DERIVED: Final = """
## Derived, never typed

The month of an incident, its network, its consent level, the status that holds, the primary act of each person, the
numbers killed and what is missing are worked out at every save from the fields above (`incidents/records/rules.py`).
They stand in the sealed index of the organisation and, for persons whom the consent gate lets through, in its facts.
"""


def page() -> str:
    """Return the whole page."""
    return "".join([INTRODUCTION, *_sections(marks(CaseDocument)), DERIVED, *_facts(FACT_COLUMNS)])


def allow_list(tier: str) -> list[str]:
    """Return the paths of the fields that may leave in one tier."""
    return [path for path, mark in marks(CaseDocument).items() if mark.tier == tier]


def _sections(fields: dict[str, Mark]) -> Iterator[str]:
    current = None
    for path, mark in fields.items():
        section = path.partition(".")[0].removesuffix("[]") if "." in path else "the document"
        if section != current:
            current = section
            yield f"\n## {section}\n\n| field | class | part | tier | list | meaning |\n|---|---|---|---|---|---|\n"
        yield f"| `{path}` | {_kind(mark)} | {mark.part} | {mark.tier} | {_list(mark)} | {mark.meaning} |\n"


def _facts(columns: Iterable[Column]) -> Iterator[str]:
    yield "\n## facts\n\nOne row an act and person.\n\n"
    yield "| column | kind | empty? | list | meaning |\n|---|---|---|---|---|\n"
    for column in columns:
        source = " ".join(part for part in (column.vocabulary, column.facet) if part)
        empty = "yes" if column.nullable else ""
        yield f"| `{column.name}` | {column.kind} | {empty} | {source} | {column.meaning} |\n"


def _kind(mark: Mark) -> str:
    return "sensitive" if isinstance(mark, Sensitive) else type(mark).__name__.lower()


def _list(mark: Mark) -> str:
    return " ".join(part for part in (mark.vocabulary, mark.facet) if part)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
