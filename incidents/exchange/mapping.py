"""What a mapping file says: which column goes to which field, by which table of codes.

A mapping is TOML, read strictly: unknown names, codes that the field does not take and patterns that are no patterns
are refused before any row is read. It holds tables and sentences of ours, never rows of a file.
"""

from __future__ import annotations

import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from incidents.exchange.codes import check_codes
from incidents.exchange.errors import MappingError
from incidents.exchange.readers import Layout
from incidents.exchange.words import fold

SHIPPED: Final = Path(__file__).parent / "mappings"


def _check_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as wrong:
        raise ValueError(f"this is not a regular expression: {wrong}") from None
    return text


Pattern = Annotated[str, AfterValidator(_check_pattern)]


class Part(BaseModel):
    """A part of a mapping: closed to names it does not know, unchangeable."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(Part):
    """A text that fits the pattern (found anywhere in it) gets these codes."""

    pattern: Pattern
    code: str = ""
    codes: tuple[str, ...] = ()

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self.pattern)

    @cached_property
    def all(self) -> tuple[str, ...]:
        """The codes of either spelling."""
        return (self.code,) if self.code else self.codes

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if bool(self.code) == bool(self.codes):
            raise ValueError("a rule gives either code or codes")
        return self


class Coding(Part):
    """How a field gets its code, or a list its codes: the first that applies.

    Attributes:
        value: Always this.
        columns: Where to look, in this order.
        separator: Cells hold several values parted by this; lists of JSON need none.
        values: Whole cells (or values), in any case, to codes.
        rules: Patterns, in this order.
        every: All rules that fit count, in a field that takes several codes.
        keep: Codes say less than the entries did: the cell is kept as written too.
        present: A column that is not empty gives the code.
        otherwise: When nothing applies.
    """

    value: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    separator: str = ""
    values: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    every: bool = False
    keep: bool = False
    present: dict[str, str] = Field(default_factory=dict)
    otherwise: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, given: object) -> object:
        """A bare code is a value; one code may stand where several can; ``column`` is one of ``columns``."""
        if isinstance(given, (str, list)):
            return {"value": _several(given)}
        if not isinstance(given, dict):
            return given
        known = dict(given)
        if "column" in known:
            known["columns"] = [known.pop("column")]
        for name in ("value", "otherwise"):
            if name in known:
                known[name] = _several(known[name])
        if isinstance(known.get("values"), dict):
            known["values"] = {cell: _several(codes) for cell, codes in known["values"].items()}
        return known

    @cached_property
    def table(self) -> dict[str, tuple[str, ...]]:
        """The values, spelled as cells are compared."""
        return {fold(cell): codes for cell, codes in self.values.items()}

    def codes(self) -> set[str]:
        """Every code it can give."""
        found = {*self.value, *self.otherwise, *self.present.values()}
        found.update(*self.values.values(), *(rule.all for rule in self.rules))
        return found


def _several(given: object) -> object:
    return [given] if isinstance(given, str) else given


class DateForm(Part):
    """One way in which a file writes dates: a pattern with groups ``year``, ``month`` and ``day`` as far as they go."""

    pattern: Pattern
    about: bool = False
    unknown: bool = False

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self.pattern)

    @model_validator(mode="after")
    def _has_a_year(self) -> Self:
        if not self.unknown and "year" not in self.regex.groupindex:
            raise ValueError("the pattern of a date needs a group (?P<year>...), or unknown = true")
        return self


class Dates(Part):
    """Where a date stands; with ``until`` it is a span when the two differ."""

    column: str
    until: str = ""
    forms: tuple[DateForm, ...] = Field(min_length=1)


class Area(Part):
    """A column with names of provinces or states; ``names`` adds spellings and other names to ISO 3166-2's own."""

    columns: tuple[str, ...] = Field(min_length=1)
    names: dict[str, str] = Field(default_factory=dict)


class Point(Part):
    """A point of the map: two columns, or one with a pattern of groups ``lat`` and ``lon``."""

    lat: str = ""
    lon: str = ""
    column: str = ""
    pattern: Pattern = r"^(?P<lat>-?[\d.]+),\s*(?P<lon>-?[\d.]+)$"

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self.pattern)

    @model_validator(mode="after")
    def _has_both(self) -> Self:
        if not {"lat", "lon"} <= self.regex.groupindex.keys():
            raise ValueError("the pattern of a point needs groups (?P<lat>...) and (?P<lon>...)")
        return self


class Numbers(Part):
    """Lowest, best and highest number, each a column."""

    low: str = ""
    best: str = ""
    high: str = ""

    @property
    def columns(self) -> tuple[str, str, str]:
        """The three, empty names included."""
        return self.low, self.best, self.high


class Split(Part):
    """Takes a cell apart before anything else: the groups of the first pattern that fits become columns.

    The cell itself goes unless ``keep`` says that it stays beside its parts.
    """

    column: str
    patterns: tuple[Pattern, ...] = Field(min_length=1)
    keep: bool = False

    @cached_property
    def regexes(self) -> tuple[re.Pattern[str], ...]:
        """The compiled patterns."""
        return tuple(re.compile(pattern) for pattern in self.patterns)


class FilePart(Part):
    """How the file is laid out, and which of its columns say what row it is.

    Attributes:
        key: Columns that name a row for good; empty: its number does.
        required: Columns without which the file is another one.
        missing: Words that mean "nothing here", by column; ``*`` for all.
    """

    delimiter: str = ""
    encoding: Literal["utf-8", "cp1252", "iso-8859-1", "iso-8859-15", "windows-1256", "tis-620"] = "utf-8"
    sheet: str = ""
    items: str = "item"
    key: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    missing: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @cached_property
    def nothing(self) -> dict[str, frozenset[str]]:
        """The words of ``missing``, spelled as cells are compared."""
        return {column: frozenset(map(fold, words)) for column, words in self.missing.items()}

    @cached_property
    def layout(self) -> Layout:
        """What the readers need of it."""
        return Layout(self.delimiter, self.encoding, self.sheet, self.items)


class IncidentPart(Part):
    """The fields of the incident. Texts are templates: ``{column}`` stands for the cell.

    Every coding of ``drug_nexus`` adds to the list; when none gives anything, ``drug_nexus_otherwise`` stands.
    """

    date: Dates | None = None
    date_precision: Coding | None = None
    time_of_day: Coding | None = None
    country: Coding
    area: Area | None = None
    place_text: tuple[str, ...] = ()
    place_precision: Coding | None = None
    place_type: Coding | None = None
    geo: Point | None = None
    narrative: tuple[str, ...] = ()
    narrative_lang: str = ""
    drug_nexus: tuple[Coding, ...] = Field(min_length=1)
    drug_nexus_otherwise: str = "NX_UNC"
    release_level: Coding | None = None
    killed: Numbers | None = None
    open_source: bool = False
    harm_test_note: str = ""

    @field_validator("drug_nexus", mode="before")
    @classmethod
    def _one_or_several(cls, given: object) -> object:
        return given if isinstance(given, list) and given and isinstance(given[0], dict) else [given]


class ActPart(Part):
    """What was done: one act for each code that ``violation`` gives."""

    violation: Coding
    methods: Coding | None = None
    status_at_end: Coding | None = None


class PersonPart(Part):
    """A person or group that the acts below it were done to."""

    name: str = ""
    other_names: str = ""
    years: str = ""
    gender: Coding = Coding(value=("GEN_UNK",))
    age_band: Coding = Coding(value=("AGE_UNK",))
    unit: Coding = Coding(value=("UNIT_IND",))
    context_role: Coding | None = None
    group_size: Numbers | None = None
    deceased: bool | None = None
    acts: tuple[ActPart, ...] = Field(min_length=1)


class PerpetratorPart(Part):
    """Who did all the acts; one entry for each code. ``basis`` for those who have one: see coding rule 6."""

    perp_type: Coding
    attribution_basis: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    unit_name: str = ""


class SourcePart(Part):
    """How it is known: one source, or with ``each`` one for every entry of these columns (``link_*`` takes many)."""

    each: tuple[str, ...] = ()
    separator: str = ""
    url: str = ""
    citation: str = ""
    source_type: Coding = Coding(value=("SRC_OTH",))
    connection: str = "LNK_3RD"
    independence: str = "IND_UNK"


class Mapping(Part):
    """A whole mapping.

    Attributes:
        id: Name of the source for good: part of every mark, so changing it makes all rows new.
        title: What the file is, in our words.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{2,60}$")]
    title: str
    file: FilePart = FilePart()
    split: tuple[Split, ...] = ()
    incident: IncidentPart
    persons: tuple[PersonPart, ...] = ()
    perpetrators: tuple[PerpetratorPart, ...] = ()
    sources: tuple[SourcePart, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _codes_are_known(self) -> Self:
        check_codes(self)
        return self


def read_mapping(name: str) -> Mapping:
    """Read a mapping: a file, or one that comes with the program by its name.

    Raises:
        MappingError: There is none, it is no TOML, or something in it does not hold; every place is named.
    """
    path = Path(name)
    if not path.is_file():
        path = SHIPPED / f"{path.stem}.toml"
    if not path.is_file() or (path.parent != SHIPPED and path.suffix != ".toml"):
        shipped = ", ".join(sorted(one.stem for one in SHIPPED.glob("*.toml")))
        raise MappingError(f"There is no such mapping. Give a .toml file, or one of: {shipped}.")
    try:
        return Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise MappingError(f"The mapping is not TOML in UTF-8: {wrong}.") from None
    except ValidationError as wrong:
        raise MappingError("The mapping does not hold:\n" + "\n".join(_places(wrong))) from None


def _places(wrong: ValidationError) -> list[str]:
    return [
        f"  {'.'.join(map(str, one['loc'])) or 'mapping'}: {one['msg'].removeprefix('Value error, ')}"
        for one in wrong.errors(include_url=False, include_input=False)
    ]
