"""Frames, pure: deltas in any order, snapshots there and back, older columns."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from incidents.facts import frames
from incidents.facts.frames import Entry, Frame

SCHEMA = {"case": pl.UInt64, "month": pl.Int32, "code": pl.Enum(["A", "B", "C"])}
COLUMNS = list(SCHEMA)

entries = st.lists(
    st.builds(
        lambda case, revision, codes, held: Entry(
            case, revision, [[case, 202600 + revision, code] for code in codes], held
        ),
        st.integers(1, 5),
        st.integers(1, 6),
        st.lists(st.sampled_from("ABC"), max_size=3),
        st.sampled_from([None, "consent", "verification"]),
    ),
    max_size=12,
    unique_by=lambda entry: (entry.case, entry.revision),
)


def content(frame: Frame) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    return sorted(frame.rows.rows()), sorted(frame.held.rows())


def expected(saved: list[Entry]) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    newest = {entry.case: entry for entry in sorted(saved, key=lambda entry: entry.revision)}
    rows = [tuple(row) for entry in newest.values() for row in entry.rows]
    return sorted(rows), sorted((entry.case, entry.held) for entry in newest.values() if entry.held)


@given(entries, st.randoms())
def test_the_newest_revision_counts_in_whatever_order_deltas_are_read(saved: list[Entry], random: st.DrawFn) -> None:
    shuffled = list(saved)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert content(frames.apply(frames.empty(SCHEMA), shuffled, SCHEMA)) == expected(saved)


@given(entries, st.integers(0, 12))
def test_a_snapshot_in_between_changes_nothing(saved: list[Entry], cut: int) -> None:
    in_order = sorted(saved, key=lambda entry: entry.revision)
    first = frames.apply(frames.empty(SCHEMA), in_order[:cut], SCHEMA)
    stored = frames.decode(frames.encode(first), SCHEMA)
    assert content(frames.apply(stored, in_order[cut:], SCHEMA)) == expected(saved)


@given(entries)
def test_a_delta_goes_there_and_back(saved: list[Entry]) -> None:
    again = frames.decode_entries(frames.encode_entries(COLUMNS, saved), COLUMNS)
    assert [(e.case, e.revision, [list(r) for r in e.rows], e.held) for e in again] == [
        (e.case, e.revision, [list(r) for r in e.rows], e.held) for e in saved
    ]


def test_a_delta_of_an_older_tala_has_nothing_in_new_columns() -> None:
    data = frames.encode_entries(["case", "month"], [Entry(1, 1, [[1, 202601]])])
    assert frames.decode_entries(data, COLUMNS)[0].rows == [[1, 202601, None]]


def test_a_snapshot_of_an_older_tala_gets_new_columns_and_new_codes() -> None:
    older = {"case": pl.UInt64, "code": pl.Enum(["A"]), "dropped": pl.Int8}
    frame = frames.apply(frames.empty(older), [Entry(1, 1, [[1, "A", 9]])], older)
    again = frames.decode(frames.encode(frame), SCHEMA)
    assert dict(again.rows.schema) == SCHEMA
    assert again.rows.rows() == [(1, None, "A")]


def test_a_snapshot_does_not_keep_the_order_of_saving() -> None:
    saved = [Entry(case, 1, [[case, 202601, "A"]]) for case in (5, 1, 4)]
    frame = frames.decode(frames.encode(frames.apply(frames.empty(SCHEMA), saved, SCHEMA)), SCHEMA)
    assert frame.rows["case"].to_list() == [1, 4, 5]


def test_a_frame_of_new_cases_copies_nothing() -> None:
    first = frames.apply(frames.empty(SCHEMA), [Entry(1, 1, [[1, 202601, "A"]])], SCHEMA)
    second = frames.apply(first, [Entry(2, 1, [[2, 202601, "A"]])], SCHEMA)
    assert second.rows.n_chunks() == first.rows.n_chunks() + 1


def test_a_held_case_has_its_key_and_a_reason_and_nothing_else() -> None:
    assert list(frames.HELD_SCHEMA) == ["case", "reason"]
