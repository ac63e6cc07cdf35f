"""Importing into a real database: once, whole, sealed, and equal to a count made straight from the file."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from incidents.exchange import services
from incidents.exchange.errors import FileUnreadable
from incidents.exchange.services import Job, Marks, examine, preview, run
from incidents.extensions import db
from incidents.facts.services import frame
from incidents.keyring.facts_door import facts_keys
from incidents.records.index import CaseQuery, find, origins
from incidents.records.keys import keys_of
from incidents.records.models import Incident
from incidents.records.services import log_entries, open_account, open_identity
from incidents.rotation import services as rotation
from tests.unit.exchange.factories import KILL_LIST_HEADER, row, shipped, write_json, write_table

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from incidents.records.keys import CaseKeys
    from tests.factories.world import Person, Team, World

TODAY = dt.date(2031, 6, 1)


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


def keys_for(person: Person) -> CaseKeys:
    """What a researcher holds."""
    return keys_of(person.id, person.organisation_id, person.seed)


def silent(rows: int) -> None:
    """A progress bar that nobody looks at."""
    del rows


def listed(number: int, **changes: str) -> list[str]:
    """A row in the shape of the newspaper's list, plainly fictional."""
    cells = {
        "no.": str(number),
        "date": f"2031-{number % 4 + 1:02d}-{number % 27 + 1:02d}",
        "time": " 9:00 p.m. ",
        "name": f" Canary Person{number}, suspected sample ",
        "place": " Canarytown, Cebu ",
        "facts": (" Killed by unknown hitmen", " Killed in police buy-bust operation", "")[number % 3],
        "barangay": "",
        "city": "Canarytown",
        "province": "Cebu",
    }
    return [(cells | changes)[name] for name in KILL_LIST_HEADER]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Thirty rows, three of them identical but for their number, one with a cell too many."""
    rows = [listed(number) for number in range(1, 27)]
    rows += [listed(number, date="2031-03-09", name="Canary Same, suspected sample") for number in (27, 28, 29)]
    rows.append([*listed(30), "Canary Extra"])
    return write_table(tmp_path / "list.tsv", KILL_LIST_HEADER, *rows)


def job(path: Path, mapping: str = "ph_inquirer_kill_list") -> Job:
    """An import of today."""
    return Job(path, shipped(mapping), TODAY, "someone")


def facts_of(person: Person) -> Any:
    """The facts that a person's keys open."""
    return frame(facts_keys(person.id, person.seed)).rows


def months(path: Path) -> Counter[int]:
    """A count made straight from a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return Counter(int(one["date"][:7].replace("-", "")) for one in csv.DictReader(file, delimiter="\t"))


def cases() -> int:
    """Rows of the table of incidents."""
    return len(db.session.scalars(select(Incident.id)).all())


def test_every_row_becomes_a_case_and_the_month_series_equals_the_files(team: Team, small: Path) -> None:
    report = run(job(small), keys_for(team.researcher), silent)
    assert (report.rows, report.imported) == (30, 30)
    rows = facts_of(team.analyst)
    assert Counter(rows["month"].to_list()) == months(small)
    assert rows["case"].n_unique() == 30
    assert rows["killed_best"].sum() == 30


def test_three_identical_rows_stay_three_cases(team: Team, small: Path) -> None:
    run(job(small), keys_for(team.researcher), silent)
    rows = facts_of(team.researcher).filter(month=203103)
    assert rows.height == months(small)[203103]
    assert rows["person"].n_unique() == rows.height


def test_a_second_run_adds_nothing(team: Team, small: Path) -> None:
    keys = keys_for(team.researcher)
    run(job(small), keys, silent)
    again = run(job(small), keys, silent)
    assert (again.imported, again.already, again.changed.values) == (0, 30, 0)
    assert cases() == 30


def test_a_colleagues_run_adds_nothing_either(team: Team, small: Path) -> None:
    run(job(small), keys_for(team.researcher), silent)
    assert run(job(small), keys_for(team.second_researcher), silent).already == 30


def test_a_run_after_a_rotation_of_keys_adds_nothing(team: Team, small: Path) -> None:
    run(job(small), keys_for(team.researcher), silent)
    rotation.rotate(team.researcher.membership(), team.researcher.seed, "once a year")
    assert rotation.advance(team.researcher.membership())
    assert run(job(small), keys_for(team.second_researcher), silent).already == 30


def test_another_organisation_has_marks_of_its_own(world: World, team: Team, small: Path) -> None:
    other = world.team()
    mine, theirs = keys_for(team.researcher), keys_for(other.researcher)
    run(job(small), mine, silent)
    assert run(job(small), theirs, silent).imported == 30
    assert origins(mine.organisation).isdisjoint(origins(theirs.organisation))


def test_a_run_that_broke_off_goes_on_after_its_last_batch(
    team: Team, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "BATCH", 8)
    keys = keys_for(team.researcher)

    def break_off(rows: int) -> None:
        raise KeyboardInterrupt(f"after {rows} rows")

    with pytest.raises(KeyboardInterrupt):
        run(job(small), keys, break_off)
    assert cases() == 8
    rest = run(job(small), keys, silent)
    assert (rest.already, rest.imported) == (8, 22)
    assert Counter(facts_of(team.analyst)["month"].to_list()) == months(small)


def test_a_changed_row_is_reported_and_left_as_it_is(team: Team, tmp_path: Path) -> None:
    keys = keys_for(team.researcher)
    first = write_table(tmp_path / "a.tsv", KILL_LIST_HEADER, listed(1), listed(2))
    run(job(first), keys, silent)
    second = write_table(
        tmp_path / "b.tsv", KILL_LIST_HEADER, listed(1), listed(2, facts="Killed otherwise"), listed(3)
    )
    report = run(job(second), keys, silent)
    assert (report.already, report.changed.values, report.changed.rows, report.imported) == (1, 1, [3], 1)
    assert cases() == 3


def test_rows_that_moved_within_the_file_are_known_by_their_number_in_it(team: Team, tmp_path: Path) -> None:
    keys = keys_for(team.researcher)
    run(job(write_table(tmp_path / "a.tsv", KILL_LIST_HEADER, listed(1), listed(2))), keys, silent)
    moved = write_table(tmp_path / "b.tsv", KILL_LIST_HEADER, listed(5), listed(2), listed(1))
    report = run(job(moved), keys, silent)
    assert (report.already, report.imported, report.changed.values) == (2, 1, 0)


def test_rows_that_share_a_name_are_all_imported_once(team: Team, tmp_path: Path) -> None:
    keys = keys_for(team.researcher)
    path = write_table(tmp_path / "a.tsv", KILL_LIST_HEADER, listed(1), listed(1), listed(1, facts="Found dead"))
    assert run(job(path), keys, silent).imported == 3
    assert run(job(path), keys, silent).already == 3


def test_nothing_of_the_file_stands_in_the_database(team: Team, small: Path) -> None:
    run(job(small), keys_for(team.researcher), silent)
    for table in db.metadata.sorted_tables:
        for stored in db.session.execute(text(f'SELECT * FROM "{table.name}"')):  # noqa: S608 - names of our tables
            for value in stored:
                raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                for canary in ("Canary", "suspected sample", "hitmen", "Cebu", "PH-CEB", "2031-0", "ph-inquirer"):
                    assert canary.encode() not in raw
                    assert canary.encode("utf-16-le") not in raw


def test_values_kept_aside_open_with_the_identity_part_alone(team: Team, small: Path) -> None:
    keys = keys_for(team.researcher)
    run(job(small), keys, silent)
    extra = next(one["id"] for one in _all(keys) if one["kept_aside"] == 2)
    closed = open_account(keys, extra).document
    assert [(aside.column, aside.value) for aside in closed.kept_aside] == [("time", ""), ("column 10", "")]
    opened = open_identity(keys, extra, "to see what did not fit").document
    assert [aside.value for aside in opened.kept_aside] == ["9:00 p.m.", "Canary Extra"]
    assert opened.persons[0].name == "Canary Person30"


def _all(keys: CaseKeys) -> list[dict[str, Any]]:
    return list(find(keys.organisation, CaseQuery()).rows)


def test_a_dry_run_counts_everything_and_writes_nothing(team: Team, small: Path) -> None:
    keys = keys_for(team.researcher)
    planned = preview(job(small), keys, silent)
    assert cases() == 0
    assert origins(keys.organisation) == set()
    done = run(job(small), keys, silent)
    assert (planned.imported, planned.asides) == (done.imported, done.asides)
    assert preview(job(small), keys, silent).already == 30
    assert preview(job(small), None, silent).imported == 30


def test_an_import_stands_in_the_sealed_log(team: Team, small: Path) -> None:
    keys = keys_for(team.researcher)
    run(job(small), keys, silent)
    (entry,) = [one for one in log_entries(keys) if one["action"] == "imported"]
    assert (entry["mapping"], entry["records"], entry["account"]) == ("ph-inquirer-kill-list", "30", team.researcher.id)


def test_progress_counts_every_row_once_it_is_safe(team: Team, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 8)
    steps: list[tuple[int, int]] = []
    run(job(small), keys_for(team.researcher), lambda rows: steps.append((rows, cases())))
    assert sum(rows for rows, _ in steps) == 30
    assert [seen for _, seen in steps] == [8, 16, 24, 30]


def test_a_damaged_file_is_found_before_anything_is_written(app: Flask, tmp_path: Path) -> None:
    path = write_table(tmp_path / "a.tsv", KILL_LIST_HEADER, *(listed(n) for n in range(1, 5)))
    path.write_bytes(path.read_bytes() + b"\xff\xfe broken\n")
    with pytest.raises(FileUnreadable, match="Save the file as UTF-8"):
        examine(job(path))
    with app.app_context():
        assert cases() == 0


def test_a_file_of_another_shape_is_refused_by_its_columns(tmp_path: Path) -> None:
    path = write_table(tmp_path / "a.csv", ("date", "name"), ("2031-01-01", "Canary"))
    with pytest.raises(FileUnreadable, match="lacks the columns") as refused:
        examine(job(path))
    assert "Canary" not in str(refused.value)


def test_a_file_with_a_header_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="no rows"):
        examine(job(write_table(tmp_path / "a.tsv", KILL_LIST_HEADER)))


def test_the_row_of_hxl_tags_is_read_and_is_no_incident(team: Team, tmp_path: Path) -> None:
    header = (
        "id", "type_of_violence", "side_a", "side_b", "dyad_name", "date_start", "date_end", "date_prec",
        "where_prec", "best", "high", "low", "iso3",
    )  # fmt: skip
    tags = ("", "", "#group+name", "", "", "#date+start", "#date+end", "", "", "#affected+killed", "", "", "")
    event = (
        "1", "3", "Sample Front", "Civilians", "Sample Front - Civilians", "2031-01-05", "2031-01-06", "2",
        "4", "2", "3", "1", "PHL",
    )  # fmt: skip
    path = write_table(tmp_path / "e.csv", header, tags, event)
    assert examine(job(path, "ucdp_ged")) == 1
    report = run(job(path, "ucdp_ged"), keys_for(team.researcher), silent)
    assert (report.headers, report.rows, report.imported) == (1, 1, 1)
    (fact,) = facts_of(team.researcher).to_dicts()
    assert (fact["month"], fact["killed_low"], fact["killed_best"], fact["killed_high"]) == (203101, 1, 2, 3)


def test_the_json_form_and_the_csv_form_are_the_same_rows(team: Team, tmp_path: Path) -> None:
    keys = keys_for(team.researcher)
    header = ("id", "state", "city", "title", "date_text", "description", "tags", "geolocation", "link_1")
    cells = (
        "zz-1",
        "Oregon",
        "Sampleville",
        "Canary",
        "2031-05-30",
        "x",
        "arrest; baton",
        "1.0, 2.0",
        "https://a.example",
    )
    incident = dict(zip(header[:6], cells[:6], strict=True)) | {
        "tags": ["arrest", "baton"],
        "geolocation": "1.0, 2.0",
        "links": [{"url": "https://a.example", "text": ""}],
    }
    from_json = write_json(tmp_path / "r.json", {"licence": "fictional", "incidents": [incident]})
    assert run(job(from_json, "us_2020pb"), keys, silent).imported == 1
    # Known by its id; told apart by how the file puts it.
    assert run(job(write_table(tmp_path / "r.csv", header, cells), "us_2020pb"), keys, silent).changed.values == 1
    assert facts_of(team.researcher).height == 2


def test_marks_follow_neither_from_the_file_nor_from_one_another(team: Team) -> None:
    keys = keys_for(team.researcher)
    mapping = shipped("ph_inquirer_kill_list")
    one, known = Marks(keys, mapping).of(row(2, **{"no.": "1", "name": "Canary"}))
    other, _ = Marks(keys, mapping).of(row(2, **{"no.": "2", "name": "Canary"}))
    again, _ = Marks(keys, mapping).of(row(9, **{"no.": "1", "name": "Canary"}))
    assert known is None
    assert one == again
    assert one.partition(".")[0] != other.partition(".")[0]
    assert len(one) == 65
