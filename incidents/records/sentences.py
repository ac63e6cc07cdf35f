"""A case in sentences: who did what to whom, before any table. Pure but for the language of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from babel.lists import format_list
from markupsafe import Markup, escape

from incidents.codebook.services import codebook
from incidents.i18n import bdi, current_locale, ngettext
from incidents.i18n import gettext as _
from incidents.records.phrases import ACTORS, ACTS, SHARES
from incidents.records.when import when

if TYPE_CHECKING:
    from collections.abc import Sequence

    from incidents.records.schema import Act, CaseDocument, Incident, Perpetrator, Person

#: A perpetrator with one of these, or with nothing said, did it with their own hands as far as is known.
BY_OWN_HANDS: Final = frozenset({"INV_DIR", "INV_UNK"})


def setting(document: CaseDocument) -> str:
    """Where and when, as well as both are known: "about May 2026 (Thailand)"."""
    incident = document.incident
    country = _country(incident)
    if incident.date_end is not None and incident.date_end.known:
        begun = {"first": when(incident.date_start), "last": when(incident.date_end)}
        if country:
            return _(
                "What is told here began %(first)s and ended %(last)s (%(country)s).",
                country=country,
                **begun,
            )
        return _("What is told here began %(first)s and ended %(last)s; the country is not known.", **begun)
    if country:
        return _(
            "What is told here happened %(when)s (%(country)s).",
            when=when(incident.date_start),
            country=country,
        )
    return _("What is told here happened %(when)s; the country is not known.", when=when(incident.date_start))


def sentence(act: Act, document: CaseDocument) -> str:
    """One act as a sentence, and one more for each who shares responsibility for it."""
    named = [one for one in document.perpetrators if act.id in one.act_ids]
    direct = [one for one in named if not one.involvement or BY_OWN_HANDS.intersection(one.involvement)]
    told = _(template(act.violation), who=_who(direct, named), whom=_whom(document.person(act.person_id)))
    shares = [_share(one) for one in named if one not in direct]
    return Markup(" ").join([told, *shares])


def sentences(document: CaseDocument) -> list[str]:
    """All acts of a document, in its order."""
    return [sentence(act, document) for act in document.acts]


def template(violation: str) -> str:
    """The sentence of a violation, or that of what is nearest above it."""
    listed = codebook().vocabulary("violation_types")
    lineage = (violation, *listed.ancestors(violation))
    return next(ACTS[code] for code in (*lineage, "OTH") if code in ACTS)


def name_of(person: Person | None) -> str:
    """What a page calls a person: the pseudonym, never a name."""
    return bdi(person.pseudonym) if person and person.pseudonym else _("somebody the record does not name")


def actor(perpetrator: Perpetrator) -> str:
    """Who it was in plain words, with their number when it is known."""
    words = _(ACTORS.get(perpetrator.perp_type or "", ACTORS["UN_UNK"]))
    low, high = perpetrator.count_min, perpetrator.count_max
    if low is None and high is None:
        return words
    if low is not None and high is not None and low != high:
        return _("%(who)s (%(low)s to %(high)s people)", who=words, low=bdi(low), high=bdi(high))
    if high is None:
        return ngettext(
            "%(who)s (at least %(n)s person)",
            "%(who)s (at least %(n)s people)",
            low or 0,
            who=words,
            n=bdi(low),
        )
    if low is None:
        return ngettext(
            "%(who)s (at most %(n)s person)", "%(who)s (at most %(n)s people)", high, who=words, n=bdi(high)
        )
    return ngettext("%(who)s (%(n)s person)", "%(who)s (%(n)s people)", high, who=words, n=bdi(high))


def joined(words: Sequence[str]) -> str:
    """A list as the language joins it: "police, a court and neighbours"."""
    pattern = escape(format_list(["%s"] * len(words), locale=current_locale().babel))
    return pattern % tuple(words)


def _who(direct: Sequence[Perpetrator], named: Sequence[Perpetrator]) -> str:
    if direct:
        return joined([actor(one) for one in direct])
    return _(ACTORS["UN_UNK"]) if named else _("somebody the record does not name yet")


def _share(perpetrator: Perpetrator) -> str:
    known = next((code for code in perpetrator.involvement if code in SHARES), "INV_SUSP")
    return _(SHARES[known], who=actor(perpetrator))


def _whom(person: Person | None) -> str:
    name = name_of(person)
    if person is None or person.unit in (None, "UNIT_IND"):
        return name
    if person.unit == "UNIT_GRP":
        return _group(person, name)
    wholes = {
        "UNIT_FAM": _("a family or household (%(name)s)", name=name),
        "UNIT_ORG": _("an organisation or service (%(name)s)", name=name),
        "UNIT_COM": _("a community (%(name)s)", name=name),
    }
    return wholes.get(person.unit or "", name)


def _group(person: Person, name: str) -> str:
    low, best, high = person.group_size_min, person.group_size, person.group_size_max
    if best is not None:
        return ngettext(
            "a group of %(n)s person (%(name)s)",
            "a group of %(n)s people (%(name)s)",
            best,
            n=bdi(best),
            name=name,
        )
    if low is not None and high is not None:
        return _("a group of %(low)s to %(high)s people (%(name)s)", low=bdi(low), high=bdi(high), name=name)
    if low is not None:
        return _("a group of at least %(low)s people (%(name)s)", low=bdi(low), name=name)
    return _("a group of people (%(name)s)", name=name)


def _country(incident: Incident) -> str | None:
    return _(codebook().vocabulary("regions")[incident.country].label) if incident.country else None
