"""The list of cases: what it can be filtered by, and each case as a row in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from incidents.i18n import gettext as _
from incidents.records import index
from incidents.records.answers import label_of
from incidents.records.derivation import Held
from incidents.records.standing import in_short
from incidents.records.urgency import PRESSING
from incidents.records.when import month, until

if TYPE_CHECKING:
    from incidents.keyring.case_door import OrganisationKey


@dataclass(frozen=True)
class Present:
    """What occurs among an organisation's cases: a filter offers nothing that would find nothing.

    Attributes:
        months: As yyyymm, newest first; ``countries`` and the others hold codes, groups above them included.
        total: How many cases there are; ``incomplete`` says how many of them nobody has finished.
    """

    months: tuple[int, ...]
    countries: frozenset[str]
    violations: frozenset[str]
    perpetrators: frozenset[str]
    verifications: frozenset[str]
    total: int
    incomplete: int


@dataclass(frozen=True)
class Row:
    """One case of the list, in the page's language; None is not known."""

    id: str
    ref: str
    when: str | None
    country: str | None
    violation: str | None
    perpetrator: str | None
    verification: str | None
    state: str
    kind: str
    missing: int
    due: str | None = None
    due_kind: str = "plain"


def present(key: OrganisationKey) -> Present:
    """What occurs in the index; worked out once for each version of it."""
    loaded = index.load(key)
    if "present" not in loaded.derived:
        rows = loaded.frame.rows
        loaded.derived["present"] = Present(
            months=tuple(sorted(set(rows["month"].drop_nulls()), reverse=True)),
            countries=frozenset(rows["country"].drop_nulls().unique()),
            violations=frozenset(" ".join(rows["violations"].unique()).split()),
            perpetrators=frozenset(" ".join(rows["perpetrators"].unique()).split()),
            verifications=frozenset(rows["verification"].unique()),
            total=rows.height,
            incomplete=int((~rows["complete"]).sum()),
        )
    found: Present = loaded.derived["present"]
    return found


def row(values: dict[str, Any], now: datetime | None = None) -> Row:
    """A row of the index in words; how late it is, is as of ``now``, or of this moment."""
    now = now or datetime.now(UTC)
    due = datetime.fromtimestamp(60 * values["due"], UTC) if values["due"] is not None else None
    complete = values["complete"]
    held = values["held"] if complete else Held.INCOMPLETE
    return Row(
        id=values["id"],
        ref=values["ref"],
        when=_when(values["month"], values["year"]),
        country=label_of("regions", values["country"]),
        violation=label_of("violation_types", values["violation"]),
        perpetrator=label_of("perpetrator_types", values["perpetrator"]),
        verification=_verification(values),
        state=in_short(held) if complete else _("not finished"),
        kind={None: "good", Held.CONSENT_OF_SOME: "plain"}.get(held, "held") if complete else "warning",
        missing=values["missing"],
        due=until(due, now) if due else None,
        due_kind=_due_kind(values["priority"], late=due is not None and due < now),
    )


def _verification(values: dict[str, Any]) -> str | None:
    label = label_of("verification_status", values["verification"])
    return _("%(status)s (single testimony)", status=label) if values["single_testimony"] else label


def _due_kind(priority: str, *, late: bool) -> str:
    if priority not in PRESSING:
        return "plain"
    return "warning" if late else "held"


def _when(yyyymm: int | None, year: int | None) -> str | None:
    if yyyymm is not None:
        return month(yyyymm)
    return str(year) if year is not None else None
