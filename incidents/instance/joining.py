"""Putting the wrapped keys of a key backup to what they belong to, and leaving out what has none any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from incidents.instance.backup import BELONGS, batches, digest
from incidents.instance.reading import tables_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy.engine import Connection

    from incidents.instance.reading import File

    Row = dict[str, Any]


@dataclass
class Restored:
    """What came back.

    Attributes:
        rows: Of the data.
        cases_left_out: Whose current revision has no key any more: erased, or sealed anew, since the data backup.
        revisions_left_out: Older revisions of other cases, for the same reason.
        rebuilding: Organisations whose index and facts a member's session makes anew.
        heads: Where each organisation's log ended when the data backup was made, by the organisation's id.
    """

    rows: int
    cases_left_out: int
    revisions_left_out: int
    rebuilding: int
    heads: Mapping[str, str]


class Joining:
    """Puts wrapped keys to what they belong to, in one transaction."""

    def __init__(self, keys: File, target: Connection) -> None:
        self.keys = keys
        self.target = target
        self.tables = tables_of(target)
        self.organisations = self._ids("organisation")
        self.rebuild: set[str] = set()

    def run(self) -> Restored:
        """Every kind of key in turn: those that others hang on first."""
        known = self._join_keys()
        self._join_statements_and_rosters()
        self._join_grants(known)
        for name in ("recovery_copy", "share"):
            self._add(name, lambda row: {row.get("key_id", row["recovery_id"]), row["recovery_id"]} <= known)
        self._add("receipt_view", lambda _row: True)
        self._join_revisions(known)
        cases, revisions = self._leave_out_cases()
        for name in ("frame_snapshot", "frame_delta", "submission", "shared_case"):
            self._join_wraps(name, known)
        self._leave_out_wraps()
        self._forget_keys(known)
        return Restored(0, cases, revisions, len(self.rebuild), {})

    def _ids(self, name: str) -> set[str]:
        return set(self.target.scalars(select(self.tables[name].c.id)))

    def _rows(self, name: str) -> Iterator[list[Row]]:
        """Rows of the key backup, some at a time."""
        return batches(self.keys.connection, select(self.keys.tables[name]))

    def _insert(self, name: str, rows: list[Row]) -> None:
        columns = set(self.tables[name].c.keys())
        fitting = [{column: value for column, value in row.items() if column in columns} for row in rows]
        if fitting:
            self.target.execute(insert(self.tables[name]), fitting)

    def _add(self, name: str, wanted: Callable[[Row], bool]) -> None:
        for rows in self._rows(name):
            self._insert(name, [row for row in rows if wanted(row)])

    def _join_keys(self) -> set[str]:
        """The keys that still exist, of organisations that the data has.

        Returns:
            Their ids.
        """
        table = self.tables["key"]
        have, known = self._ids("key"), set()
        for rows in self._rows("key"):
            for row in rows:
                if row["organisation_id"] not in self.organisations:
                    continue
                known.add(str(row["id"]))
                if row["id"] in have:
                    same = {"public": row["public"], "endorsement": row["endorsement"]}
                    self.target.execute(update(table).where(table.c.id == row["id"]).values(same))
                else:
                    self._insert("key", [row])
        return known

    def _join_statements_and_rosters(self) -> None:
        """Statements and rosters that are newer than the data's: whoever trusted the older follows to the newer."""
        statement, roster = self.tables["statement"], self.tables["roster"]
        have = {
            (one, epoch) for one, epoch in self.target.execute(select(statement.c.organisation_id, statement.c.epoch))
        }
        self._add(
            "statement",
            lambda row: (
                row["organisation_id"] in self.organisations and (row["organisation_id"], row["epoch"]) not in have
            ),
        )
        versions = dict(self.target.execute(select(roster.c.organisation_id, roster.c.version)).all())
        for rows in self._rows("roster"):
            newer = [
                row
                for row in rows
                if row["organisation_id"] in self.organisations
                and int(str(row["version"])) >= versions.get(row["organisation_id"], 0)
            ]
            self.target.execute(
                delete(roster).where(roster.c.organisation_id.in_([r["organisation_id"] for r in newer]))
            )
            self._insert("roster", newer)

    def _join_grants(self, known: set[str]) -> None:
        """Grants to accounts that still have the public key that they were sealed to."""
        account = self.tables["account"]
        people = self.target.execute(select(account.c.id, account.c.public_key))
        digests = {row.id: digest(row.public_key) for row in people}
        self._add("grant", lambda row: row["key_id"] in known and digests.get(row["account_id"]) == row[BELONGS])

    def _join_revisions(self, known: set[str]) -> None:
        """Wrapped data keys of revisions that are still sealed as they were."""
        revision = self.tables["revision"]
        for rows in self._rows("revision_key"):
            ids = {row["incident_id"] for row in rows}
            found = self.target.execute(select(revision).where(revision.c.incident_id.in_(ids)))
            digests = {(row.incident_id, row.revision): digest(row.identity, row.account) for row in found}
            wanted = [
                row
                for row in rows
                if row["key_id"] in known and digests.get((row["incident_id"], row["revision"])) == row[BELONGS]
            ]
            self._insert("revision_key", wanted)

    def _leave_out_cases(self) -> tuple[int, int]:
        """Delete cases whose current revision has no key, and older revisions that have none.

        Returns:
            How many of each.
        """
        incident, revision, wrap = (self.tables[name] for name in ("incident", "revision", "revision_key"))
        held = select(wrap.c.incident_id).where(
            wrap.c.incident_id == incident.c.id, wrap.c.revision == incident.c.revision
        )
        lost = self.target.execute(select(incident.c.organisation_id).where(~held.exists())).scalars().all()
        self.rebuild |= set(lost)
        self.target.execute(delete(incident).where(~held.exists()))
        opened = select(wrap.c.incident_id).where(
            wrap.c.incident_id == revision.c.incident_id, wrap.c.revision == revision.c.revision
        )
        older = self.target.execute(delete(revision).where(~opened.exists())).rowcount
        return len(lost), older

    def _join_wraps(self, name: str, known: set[str]) -> None:
        """Wrapped keys of frames, submissions and shares that are still sealed as they were."""
        table = self.tables[name]
        for rows in self._rows(name):
            found = self.target.execute(
                select(table.c.id, table.c.sealed).where(table.c.id.in_([r["id"] for r in rows]))
            )
            digests = {row.id: digest(row.sealed) for row in found}
            wanted = [row for row in rows if row["key_id"] in known and digests.get(row["id"]) == row[BELONGS]]
            if wanted:
                self.target.execute(
                    update(table)
                    .where(table.c.id == bindparam("of"))
                    .values(key_id=bindparam("under"), wrapped=bindparam("wrap")),
                    [{"of": row["id"], "under": row["key_id"], "wrap": row["wrapped"]} for row in wanted],
                )

    def _leave_out_wraps(self) -> None:
        """Delete what has no wrapped key: submissions and shares by themselves, frames of an organisation all together.

        What would be left of a frame could not be told from all of it.
        """
        frames = [self.tables[name] for name in ("frame_snapshot", "frame_delta")]
        for table in frames:
            self.rebuild |= set(self.target.scalars(select(table.c.organisation_id).where(table.c.wrapped == b"")))
        for table in frames:
            self.target.execute(delete(table).where(table.c.organisation_id.in_(self.rebuild)))
        organisation = self.tables["organisation"]
        for table in (self.tables["submission"], self.tables["shared_case"]):
            self.target.execute(delete(table).where(table.c.wrapped == b""))
        self.target.execute(update(organisation).where(organisation.c.id.in_(self.rebuild)).values(rebuild=True))

    def _forget_keys(self, known: set[str]) -> None:
        """Delete keys that exist no more, and what is sealed under them; the log keeps its own."""
        key, kept = self.tables["key"], self.tables["audit_entry"]
        gone = self._ids("key") - known
        for name, table in self.tables.items():
            if "key_id" in table.c and name not in {"audit_entry", "roster"}:
                self.target.execute(delete(table).where(table.c.key_id.in_(gone)))
        logged = set(self.target.scalars(select(kept.c.key_id).where(kept.c.key_id.in_(gone))))
        self.target.execute(delete(key).where(key.c.id.in_(gone - logged)))
