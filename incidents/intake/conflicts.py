"""Two people edited one case: what differs, who changed it, and one document out of both. Pure.

Nothing is decided silently where both changed a field. Consent rows are never dropped: an answer that was
recorded meanwhile stands unless this draft has one about the same purpose, and then a person chooses which counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from incidents.erasure.rules import without_erased
from incidents.intake.rules import dump, mended
from incidents.records.schema import CaseDocument

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Part = dict[str, Any]
Path = tuple[str, ...]
Side = Literal["mine", "theirs"]
#: Set at each save, or by the schema itself.
_APART: Final = frozenset({"status", "schema_version", "saved_at", "saved_by", "identity_changed", "erased_persons"})
_CONSENTS: Final = "consents"
_SIDES: Final[dict[str, Side]] = {"mine": "mine", "theirs": "theirs"}


class Undecided(ValueError):
    """Both changed a field, and nobody said which of the two stands."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__("choose for each of these")
        self.keys = keys


@dataclass(frozen=True, slots=True)
class Difference:
    """A field, a whole entry of a list, or a person's answer about a purpose, that is not the same in both.

    Attributes:
        path: `(field,)`, `("incident", field)`, `(list, id, field)`, `(list, id)` for a whole entry, or
            `("consents", person, purpose)` with rows as values.
        base: What it was when both began; None when it was not there.
        theirs: What is saved now.
        mine: What this draft says.
    """

    path: Path
    base: Any
    theirs: Any
    mine: Any

    @property
    def key(self) -> str:
        """The path as a form names it."""
        return "/".join(self.path)

    @property
    def mine_changed(self) -> bool:
        """Whether this draft changed it."""
        return bool(self.mine != self.base)

    @property
    def theirs_changed(self) -> bool:
        """Whether the other person changed it."""
        return bool(self.theirs != self.base)

    @property
    def default(self) -> Side | None:
        """Which side stands unless somebody says otherwise; None when both changed it."""
        if self.mine_changed and self.theirs_changed:
            return None
        return "mine" if self.mine_changed else "theirs"


def differences(base: CaseDocument, theirs: CaseDocument, mine: CaseDocument) -> list[Difference]:
    """Return all that is not the same in both documents, in the order of the document.

    A person who was erased meanwhile is in neither.
    """
    before, typed = (dump(without_erased(one, theirs.erased_persons)) for one in (base, mine))
    return list(_of_document(before, dump(theirs), typed))


def merged(base: CaseDocument, theirs: CaseDocument, mine: CaseDocument, picks: Mapping[str, str]) -> CaseDocument:
    """Return the document as saved now, with what was picked from this draft.

    Args:
        base: What both began with.
        theirs: What is saved now.
        mine: What this draft says.
        picks: `mine` or `theirs` by the key of a difference; the default of the difference where none is given.

    Raises:
        Undecided: Both changed a field and `picks` does not say which stands.
        ValidationError: The picks do not go together.
    """
    found = differences(base, theirs, mine)
    chosen = {one.key: _side(picks.get(one.key)) or one.default for one in found}
    if open_ones := [key for key, side in chosen.items() if side is None]:
        raise Undecided(open_ones)
    data = dump(theirs)
    for one in found:
        if one.path[0] == _CONSENTS:
            data[_CONSENTS] = _with_answers(data[_CONSENTS], one, chosen[one.key])
        elif chosen[one.key] == "mine":
            _take(data, one)
    incident = data["incident"]
    if incident["adm1"] and incident["country"] and not incident["adm1"].startswith(f"{incident['country']}-"):
        incident["adm1"] = None
    return CaseDocument.model_validate(mended(data))


def _side(pick: str | None) -> Side | None:
    return _SIDES.get(pick or "")


def _of_document(base: Part, theirs: Part, mine: Part) -> Iterator[Difference]:
    for name, value in mine.items():
        if name in _APART:
            continue
        if name == _CONSENTS:
            yield from _of_consents(base[name], theirs[name], value)
        elif name == "incident":
            yield from _of_fields((name,), base[name], theirs[name], value)
        elif _is_entries(base[name] + theirs[name] + value if isinstance(value, list) else []):
            yield from _of_entries(name, base[name], theirs[name], value)
        elif value != theirs[name]:
            yield Difference((name,), base[name], theirs[name], value)


def _is_entries(values: list[Any]) -> bool:
    return bool(values) and isinstance(values[0], dict)


def _of_fields(above: Path, base: Part, theirs: Part, mine: Part) -> Iterator[Difference]:
    for name, value in mine.items():
        if value != theirs[name]:
            yield Difference((*above, name), base.get(name), theirs[name], value)


def _of_entries(part: str, base: list[Part], theirs: list[Part], mine: list[Part]) -> Iterator[Difference]:
    before, saved, typed = ({entry["id"]: entry for entry in entries} for entries in (base, theirs, mine))
    for entry_id in {**saved, **typed}:
        one, other = saved.get(entry_id), typed.get(entry_id)
        if one is not None and other is not None:
            yield from _of_fields((part, entry_id), before.get(entry_id, {}), one, other)
        else:
            yield Difference((part, entry_id), before.get(entry_id), one, other)


def _of_consents(base: list[Part], theirs: list[Part], mine: list[Part]) -> Iterator[Difference]:
    before, saved, typed = (_by_purpose(rows) for rows in (base, theirs, mine))
    for key, rows in typed.items():
        if rows != before.get(key, []) and rows != saved.get(key, []):
            yield Difference((_CONSENTS, *key), before.get(key, []), saved.get(key, []), rows)


def _by_purpose(rows: list[Part]) -> dict[tuple[str, str], list[Part]]:
    found: dict[tuple[str, str], list[Part]] = {}
    for row in rows:
        found.setdefault((row["person_id"], row["purpose"]), []).append(row)
    return found


def _with_answers(rows: list[Part], one: Difference, side: Side | None) -> list[Part]:
    """Return the rows with both sides' answers kept, the chosen side's last, because the last counts."""
    known = {row["id"] for row in one.base}
    own = [row for row in one.mine if row["id"] not in known]
    new = [row for row in one.theirs if row["id"] not in known]
    if side == "mine":
        return [*rows, *own]
    if not new:
        return rows
    return [*(row for row in rows if row not in new), *own, *new]


def _take(data: Part, one: Difference) -> None:
    match one.path:
        case ("incident", field):
            data["incident"][field] = one.mine
        case (part, entry_id, field):
            next(entry for entry in data[part] if entry["id"] == entry_id)[field] = one.mine
        case (part, entry_id):
            data[part] = [entry for entry in data[part] if entry["id"] != entry_id]
            data[part] += [one.mine] if one.mine is not None else []
        case (field,):
            data[field] = one.mine
