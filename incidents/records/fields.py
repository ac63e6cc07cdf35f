"""The marks of a field: how secret it is, which list it comes from, how far it may travel.

A field of the document is declared once, `Annotated[type, mark]`. From that one declaration come the check of
its codes, the two sealed parts of a document, the data dictionary, and the allow-lists of exports.

Tiers (from closed to open): X never leaves; U only in a consented packet for a UN body, court or lawyer; P a
named partner; A only inside totals; C a consented public page; O open.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict
from pydantic_core import CoreSchema, core_schema

from incidents.codebook.services import codebook
from incidents.records.errors import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import GetCoreSchemaHandler
    from pydantic.fields import FieldInfo

Tier = Literal["X", "U", "P", "A", "C", "O"]
Where = Literal["identity", "account"]
IDENTITY: Final = "identity"
ACCOUNT: Final = "account"


class Record(BaseModel):
    """A part of a document: closed to unknown fields, unchangeable, silent about its values in errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


@cache
def allowed_codes(vocabulary: str, facet: str | None, only: str | None, without: tuple[str, ...]) -> frozenset[str]:
    """Return the codes a field may hold, retired ones included: a stored document keeps what it was given.

    Args:
        vocabulary: Name of the list.
        facet: Keep what stands below this code, without the code itself.
        only: "roots" keeps top values, "below" drops them.
        without: Leave out these codes and all that stands below them.
    """
    listed = codebook().vocabulary(vocabulary)
    codes = (code.code for code in listed)
    if facet is not None:
        codes = (code for code in codes if code != facet and listed.within(code, facet))
    if only is not None:
        roots = {root.code for root in listed.roots}
        codes = (code for code in codes if (code in roots) == (only == "roots"))
    return frozenset(code for code in codes if not any(listed.within(code, top) for top in without))


@dataclass(frozen=True)
class Mark:
    """What the three kinds of mark share; `vocabulary` and what follows it say which codes are allowed."""

    tier: Tier
    meaning: str = ""
    _: KW_ONLY
    vocabulary: str | None = None
    facet: str | None = None
    only: Literal["roots", "below"] | None = None
    without: tuple[str, ...] = ()

    @property
    def part(self) -> Where:
        """The sealed part of the document that holds the field."""
        return ACCOUNT

    @property
    def codes(self) -> frozenset[str]:
        """The codes allowed here; empty when the field has no list."""
        if self.vocabulary is None:
            return frozenset()
        return allowed_codes(self.vocabulary, self.facet, self.only, self.without)

    def check(self, value: str | list[str] | None) -> str | list[str] | None:
        """Return `value` when every code is on the list, each code once.

        Raises:
            PydanticCustomError: A code is not on the list.
        """
        if value is None:
            return None
        codes = self.codes
        if isinstance(value, str):
            if value not in codes:
                raise problem("code_unknown")
            return value
        if not codes.issuperset(value):
            raise problem("code_unknown")
        return list(dict.fromkeys(value)) if len(value) > 1 else value

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        if self.vocabulary is None:
            return schema
        return core_schema.no_info_after_validator_function(self.check, schema)


@dataclass(frozen=True)
class Sensitive(Mark):
    """Words and values about a person or a case; `where` says which of the two sealed parts holds them."""

    where: Where = ACCOUNT

    @property
    def part(self) -> Where:
        """The sealed part of the document that holds the field."""
        return self.where


@dataclass(frozen=True)
class Coded(Mark):
    """A value of a closed list, fit for totals when its tier says so."""


@dataclass(frozen=True)
class Meta(Mark):
    """A technical value that keeps the record in order."""


class UnmarkedField(TypeError):
    """A field of the schema says neither sensitive, coded nor meta."""


def marks(model: type[Record]) -> dict[str, Mark]:
    """Return every field of `model` with its mark, by path such as `persons[].name`.

    Raises:
        UnmarkedField: A field has no mark, or more than one.
    """
    return dict(_walk(model, ""))


def _walk(model: type[Record], prefix: str) -> Iterator[tuple[str, Mark]]:
    for name, info in model.model_fields.items():
        path = f"{prefix}{name}"
        own = mark_of(info)
        inner, many = inner_record(info)
        if inner is not None:
            yield from _walk(inner, f"{path}[]." if many else f"{path}.")
        elif own is None:
            raise UnmarkedField(f"mark {model.__name__}.{name} as Sensitive, Coded or Meta")
        else:
            yield path, own


def mark_of(info: FieldInfo) -> Mark | None:
    """Return the mark of a field, or None for a field that only holds other records.

    Raises:
        UnmarkedField: More than one mark stands on the field.
    """
    found = [item for item in info.metadata if isinstance(item, Mark)]
    if len(found) > 1:
        raise UnmarkedField("a field carries exactly one mark")
    return found[0] if found else None


def inner_record(info: FieldInfo) -> tuple[type[Record] | None, bool]:
    """Return the record that a field holds, if any, and whether it holds a list of them."""
    for choice in (info.annotation, *get_args(info.annotation)):
        if isinstance(choice, type) and issubclass(choice, Record):
            return choice, get_origin(info.annotation) is list
    return None, False
