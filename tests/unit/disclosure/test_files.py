"""The engine on files, as a statistician runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from incidents.disclosure.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

POLICY = """
[thresholds]
usual = 4
[table]
dimensions = ["region", "year"]
count = "n"
[hierarchies.region]
N1 = "N"
N2 = "N"
"""
ROWS = "region,year,n\nN1,2024,3\nN1,2025,30\nN2,2024,40\nN2,2025,20\nS,2024,25\nS,2025,31\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    table, policy = tmp_path / "table.csv", tmp_path / "policy.toml"
    table.write_text(ROWS, encoding="utf-8")
    policy.write_text(POLICY, encoding="utf-8")
    return table, policy, tmp_path / "out.csv"


def run(*arguments: object) -> int:
    return main([str(one) for one in arguments])


def test_what_protect_writes_passes_the_audit(
    files: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    table, policy, out = files
    assert run("protect", table, "--policy", policy, "--out", out) == 0
    written = out.read_text(encoding="utf-8").splitlines()
    assert written[0] == "region,year,count"
    assert "N1,2024,hidden" in written
    assert "_T,_T,149" in written
    assert "of the cells" in capsys.readouterr().err
    assert run("audit", out, "--policy", policy) == 0
    assert run("audit", out, "--policy", policy, "--truth", table) == 0


def test_a_cell_shown_after_all_is_found(files: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    table, policy, out = files
    run("protect", table, "--policy", policy, "--out", out)
    text = out.read_text(encoding="utf-8").replace("N1,2024,hidden", "N1,2024,3")
    out.write_text(text, encoding="utf-8")
    assert run("audit", out, "--policy", policy) == 1
    assert "small N1/2024" in capsys.readouterr().out


def test_rows_of_persons_are_counted(files: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    table, policy, _ = files
    policy.write_text(POLICY.replace('count = "n"\n', ""), encoding="utf-8")
    table.write_text("region,year\n" + "N1,2024\n" * 9 + "N2,2025\n" * 7 + "S,2024\n" * 6, encoding="utf-8")
    assert run("protect", table, "--policy", policy) == 0
    assert "_T,_T,22" in capsys.readouterr().out.splitlines()


def test_too_few_are_refused_with_the_reason(
    files: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    table, policy, _ = files
    table.write_text("region,year,n\nN1,2024,1\nS,2025,1\n", encoding="utf-8")
    assert run("protect", table, "--policy", policy) == 1
    assert capsys.readouterr().err == "Refused: too_few.\n"


@pytest.mark.parametrize(
    ("rows", "rules", "message"),
    [
        ("region,n\nN1,2\n", POLICY, "no column year"),
        (ROWS.replace("40", "4.5"), POLICY, "line 4: a count is no whole number"),
        (ROWS.replace("40", "-4"), POLICY, "line 4: a count is no whole number"),
        (ROWS.replace("S,2024", ",2024"), POLICY, "line 6: a cell is empty"),
        (ROWS.replace("S,2024", "N,2024"), POLICY, "leaf code"),
        (ROWS, "[table", "not TOML"),
        (ROWS, "[thresholds]\nusual = 5\n", "lacks table"),
        (ROWS, POLICY.replace("usual = 4", 'usual = "many"'), "wrong kind"),
        (ROWS, POLICY + 'N = "N1"\n', "Dimension region"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_no_value(
    files: tuple[Path, Path, Path], capsys: pytest.CaptureFixture[str], rows: str, rules: str, message: str
) -> None:
    table, policy, _ = files
    table.write_text(rows, encoding="utf-8")
    policy.write_text(rules, encoding="utf-8")
    assert run("protect", table, "--policy", policy) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "4.5" not in said


def test_a_file_that_is_not_there_is_an_error(files: tuple[Path, Path, Path]) -> None:
    _, policy, out = files
    assert run("protect", out, "--policy", policy) == 2


def test_a_protected_file_that_lost_a_cell_is_not_audited(files: tuple[Path, Path, Path]) -> None:
    table, policy, out = files
    run("protect", table, "--policy", policy, "--out", out)
    out.write_text("\n".join(out.read_text(encoding="utf-8").splitlines()[:-1]), encoding="utf-8")
    assert run("audit", out, "--policy", policy) == 2
