"""``flask import incidents`` on the terminal: counts, sentences, an exit code; never a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from incidents.exchange.commands import group
from incidents.extensions import db
from incidents.records.models import Incident
from tests.factories.world import PASSPHRASE
from tests.integration.exchange.test_import import listed
from tests.unit.exchange.factories import KILL_LIST_HEADER, write_table, write_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from tests.factories.world import Team, World


@pytest.fixture
def team(world: World) -> Team:
    return world.team()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = [listed(number) for number in range(1, 6)]
    rows.append([*listed(6, date="Canary spring", province="Canary Province"), "Canary Extra"])
    return write_table(tmp_path / "list.tsv", KILL_LIST_HEADER, *rows)


def cases() -> int:
    """Rows of the table of incidents."""
    return len(db.session.scalars(select(Incident.id)).all())


def command(app: Flask, *given: str, passphrase: str = PASSPHRASE) -> Result:
    """Run the command inside the test's application."""
    runner = CliRunner()
    result = runner.invoke(group, ["incidents", *given], input=f"{passphrase}\n", obj=_info(app))
    assert "Canary" not in result.output
    assert "Traceback" not in result.output
    return result


def _info(app: Flask) -> object:
    from flask.cli import ScriptInfo  # noqa: PLC0415 - Flask's own wrapper of an application

    return ScriptInfo(create_app=lambda: app)


MAPPING = ("--mapping", "ph_inquirer_kill_list")


def test_a_researcher_imports_with_a_passphrase_typed_unseen(app: Flask, team: Team, file: Path) -> None:
    result = command(app, str(file), *MAPPING, "--as", team.researcher.username)
    assert result.exit_code == 0, result.output
    assert "Imported: 6. Already here: 0." in result.output
    assert PASSPHRASE not in result.output
    assert cases() == 6


def test_a_script_gives_the_passphrase_on_standard_input(app: Flask, team: Team, file: Path) -> None:
    result = command(app, str(file), *MAPPING, "--as", team.researcher.username, "--passphrase-file", "-")
    assert result.exit_code == 0, result.output
    assert cases() == 6


def test_the_report_counts_by_column_and_reason_with_row_numbers(app: Flask, team: Team, file: Path) -> None:
    output = command(app, str(file), *MAPPING, "--as", team.researcher.username).output
    assert "more cells than the header: 1 (row 7)" in output
    assert "column 10" in output
    assert "This could not be read as a date." in output
    assert "This is not the name of one area of the country today." in output


def test_a_second_run_says_that_all_is_here(app: Flask, team: Team, file: Path) -> None:
    command(app, str(file), *MAPPING, "--as", team.researcher.username)
    output = command(app, str(file), *MAPPING, "--as", team.researcher.username).output
    assert "Imported: 0. Already here: 6. Changed since: 0." in output
    assert cases() == 6


def test_a_dry_run_needs_nobody_and_writes_nothing(app: Flask, file: Path) -> None:
    result = command(app, str(file), *MAPPING, "--dry-run")
    assert result.exit_code == 0, result.output
    assert "Would import: 6." in result.output
    assert cases() == 0


def test_a_dry_run_as_somebody_knows_what_is_here(app: Flask, team: Team, file: Path) -> None:
    command(app, str(file), *MAPPING, "--as", team.researcher.username)
    output = command(app, str(file), *MAPPING, "--as", team.researcher.username, "--dry-run").output
    assert "Would import: 0. Already here: 6." in output


def test_somebody_has_to_import(app: Flask, file: Path) -> None:
    result = command(app, str(file), *MAPPING)
    assert result.exit_code == 2
    assert "--as USERNAME" in result.output


def test_a_wrong_passphrase_writes_nothing(app: Flask, team: Team, file: Path) -> None:
    result = command(app, str(file), *MAPPING, "--as", team.researcher.username, passphrase="another fictional one")
    assert result.exit_code == 1
    assert "do not fit together" in result.output
    assert cases() == 0


@pytest.mark.parametrize("role", ["analyst", "advocate", "administrator"])
def test_who_holds_no_case_key_cannot_import(app: Flask, team: Team, file: Path, role: str) -> None:
    result = command(app, str(file), *MAPPING, "--as", getattr(team, role).username)
    assert result.exit_code == 1
    assert "holds no keys" in result.output
    assert cases() == 0


def test_an_unknown_mapping_names_those_there_are(app: Flask, file: Path) -> None:
    result = command(app, str(file), "--mapping", "nothing", "--dry-run")
    assert result.exit_code == 1
    assert "ph_inquirer_kill_list" in result.output


def _truncated(path: Path) -> None:
    whole = write_workbook(path, KILL_LIST_HEADER, *(listed(n) for n in range(1, 9))).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def _broken_utf8(path: Path) -> None:
    write_table(path, KILL_LIST_HEADER, listed(1))
    path.write_bytes(path.read_bytes() + b"\xff\n")


def _nul(path: Path) -> None:
    write_table(path, KILL_LIST_HEADER, listed(1), listed(2, facts="Canary \0 x"))


def _half_a_json(path: Path) -> None:
    path.write_text('[{"no.": "1", "name": "Canary', encoding="utf-8")


def _changing_columns(path: Path) -> None:
    lines = ["\t".join(KILL_LIST_HEADER), "1\t2031-01-02", "\t".join([*listed(2), "Canary", "Canary"]), "3"]
    path.write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "name", "expected"),
    [
        (_truncated, "t.xlsx", "save it again"),
        (_broken_utf8, "t.tsv", "Save the file as UTF-8"),
        (_nul, "t.tsv", "NUL"),
        (_half_a_json, "t.json", "Export it again"),
    ],
)
def test_damaged_files_get_a_sentence_that_says_what_to_do(
    app: Flask, team: Team, tmp_path: Path, spoil: object, name: str, expected: str
) -> None:
    path = tmp_path / name
    assert callable(spoil)
    spoil(path)
    result = command(app, str(path), *MAPPING, "--as", team.researcher.username)
    assert result.exit_code == 1
    assert expected in result.output
    assert cases() == 0


def test_changing_column_counts_are_imported_with_a_warning_and_nothing_is_lost(
    app: Flask, team: Team, tmp_path: Path
) -> None:
    path = tmp_path / "t.tsv"
    _changing_columns(path)
    result = command(app, str(path), *MAPPING, "--as", team.researcher.username)
    assert result.exit_code == 0, result.output
    assert "fewer cells than the header, the rest taken as empty: 2 (row 2, 4)" in result.output
    assert "more cells than the header: 1 (row 3)" in result.output
    assert "column 11" in result.output
    assert cases() == 3


def test_the_command_is_introduced_to_flask(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["import", "incidents", "--help"])
    assert result.exit_code == 0
    assert "one incident a row" in " ".join(result.output.split())
