"""What a vocabulary is: codes in an order, some under others, each mapped to other people's lists."""

from __future__ import annotations

import functools
from collections import defaultdict
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping


class _UnknownName(KeyError):
    """A lookup that failed; KeyError would print its message inside quotes."""

    def __str__(self) -> str:
        """The message as written, without the quotes of KeyError."""
        return str(self.args[0]) if self.args else ""


class UnknownVocabulary(_UnknownName):
    """There is no vocabulary of this name."""


class UnknownCode(_UnknownName):
    """The vocabulary has no such code. The message never repeats the value: it may come from a case."""


@dataclass(frozen=True, slots=True)
class Code:
    """One choice of a vocabulary.

    `label` and `definition` are English message ids: pass them through gettext where they are shown.
    `mappings` goes from a scheme ("ICCS", "RIGHT") to the targets there, in the order of the file.
    `valid_from` and `valid_to` are both inclusive; None means without limit.
    """

    code: str
    label: str
    definition: str
    parent: str | None
    mappings: Mapping[str, tuple[str, ...]]
    source: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    def valid_on(self, day: dt.date) -> bool:
        """Whether the code may be chosen for something recorded on this day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Vocabulary:
    """Codes in file order. Every code's parent is in `codes`, without cycles: the loader sees to it."""

    name: str
    codes: Mapping[str, Code]

    def __iter__(self) -> Iterator[Code]:
        """Codes in the order of the file, which is the order people are shown."""
        return iter(self.codes.values())

    def __len__(self) -> int:
        """How many codes there are, groups and facets included."""
        return len(self.codes)

    def __contains__(self, code: object) -> bool:
        """Whether this is a code here, of any period of validity."""
        return code in self.codes

    def __getitem__(self, code: str) -> Code:
        """The code's row; UnknownCode when there is none."""
        try:
            return self.codes[code]
        except KeyError:
            raise UnknownCode(f"The vocabulary {self.name} has no such code; choose one that it lists.") from None

    @functools.cached_property
    def _children(self) -> Mapping[str | None, tuple[Code, ...]]:
        children: dict[str | None, list[Code]] = defaultdict(list)
        for code in self:
            children[code.parent].append(code)
        return MappingProxyType({parent: tuple(codes) for parent, codes in children.items()})

    @functools.cached_property
    def roots(self) -> tuple[Code, ...]:
        """Codes without a parent: top values or, in a file of several facets, the facets."""
        return self._children.get(None, ())

    def children(self, code: str) -> tuple[Code, ...]:
        """The codes directly under this one."""
        return self._children.get(self[code].code, ())

    facet = children

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Parent, grandparent and so on: nearest first, the code itself left out."""
        above = []
        parent = self[code].parent
        while parent is not None:
            above.append(parent)
            parent = self[parent].parent
        return tuple(above)

    def top(self, code: str) -> str:
        """The root above this code: its group or facet, or itself."""
        return (code, *self.ancestors(code))[-1]

    def within(self, code: str, ancestor: str) -> bool:
        """Whether `code` is `ancestor` or lies anywhere under it."""
        return self[ancestor].code in (code, *self.ancestors(code))

    def leaves(self) -> tuple[Code, ...]:
        """The codes with nothing under them."""
        return tuple(code for code in self if code.code not in self._children)

    def choices(self, on: dt.date | None = None) -> tuple[Code, ...]:
        """What may be chosen: all codes, or with `on` those valid that day."""
        return tuple(code for code in self if on is None or code.valid_on(on))


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the codebook's history: which version brought what."""

    version: str
    summary: str


@dataclass(frozen=True)
class Codebook:
    """All vocabularies of one version, and the questions that need more than one of them."""

    version: str
    date: dt.date
    changes: tuple[Change, ...]
    vocabularies: Mapping[str, Vocabulary]

    def vocabulary(self, name: str) -> Vocabulary:
        """One vocabulary by its file name; UnknownVocabulary when there is none."""
        try:
            return self.vocabularies[name]
        except KeyError:
            raise UnknownVocabulary(
                f"The codebook has no vocabulary {name!r}; it has {', '.join(sorted(self.vocabularies))}."
            ) from None

    # -- places ----------------------------------------------------------------------------

    def countries(self) -> tuple[Code, ...]:
        """Countries and territories (regions with a network above them), by English label."""
        return self._countries

    @functools.cached_property
    def _countries(self) -> tuple[Code, ...]:
        placed = (code for code in self.vocabulary("regions") if code.parent is not None)
        return tuple(sorted(placed, key=lambda country: country.label))

    def is_country(self, code: str) -> bool:
        """Whether this is a country's code; a network's is not."""
        regions = self.vocabulary("regions")
        return code in regions and regions[code].parent is not None

    def network_of(self, country: str) -> str:
        """The network a country is assigned to, such as "NET_ANPUD" for "PH"."""
        return self.vocabulary("regions").top(country)

    def iso3(self, country: str) -> str | None:
        """The ISO 3166-1 alpha-3 code; None for a network."""
        return self._target(country, "ISO3")

    def m49(self, country: str) -> str | None:
        """The three-digit UN M49 code; None where none was given (Kosovo)."""
        return self._target(country, "M49")

    def _target(self, region: str, scheme: str) -> str | None:
        targets = self.vocabulary("regions")[region].mappings.get(scheme, ())
        return targets[0] if targets else None

    # -- violations ------------------------------------------------------------------------

    def violations_tree(self) -> tuple[tuple[Code, tuple[Code, ...]], ...]:
        """Each group of violations with every code under it, in file order: for grouped lists."""
        violations = self.vocabulary("violation_types")
        under: dict[str, list[Code]] = {group.code: [] for group in violations.roots}
        for code in violations:
            if code.parent is not None:
                under[violations.top(code.code)].append(code)
        return tuple((group, tuple(under[group.code])) for group in violations.roots)

    def rights_of(self, violation: str) -> tuple[str, ...]:
        """The rights a violation touches, the main one first.

        A code that names none has those of its nearest ancestor that does. A code's own list is never
        widened by its ancestors': a search of a home does not touch everything that police abuse may.
        """
        violations = self.vocabulary("violation_types")
        for code in (violation, *violations.ancestors(violation)):
            if rights := violations[code].mappings.get("RIGHT"):
                return rights
        return ()

    def themes_of(self, violation: str) -> tuple[str, ...]:
        """Public themes of a violation, in the themes' order.

        A theme applies when it lists the violation, something above it, or the main right it touches.
        Rights that come second do not count: a killing calls for a remedy, yet is no case of impunity.
        """
        lineage = {violation, *self.vocabulary("violation_types").ancestors(violation)}
        main_right = set(self.rights_of(violation)[:1])
        return tuple(
            theme.code
            for theme in self.vocabulary("themes")
            if lineage.intersection(theme.mappings.get("VT", ()))
            or main_right.intersection(theme.mappings.get("RIGHT", ()))
        )

    # -- people ----------------------------------------------------------------------------

    def perpetrator_group(self, code: str) -> str:
        """ST (State), SL (State-linked), NS (non-State) or UN (unidentified)."""
        return self.vocabulary("perpetrator_types").top(code)

    def age_group(self, band: str) -> str:
        """The minimum split of SDG 16.1.2 for an age band: "child", "adult" or "unknown"."""
        return self.vocabulary("victim_attributes")[band].mappings["SDGAGE"][0]
