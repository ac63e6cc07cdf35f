"""A mapping is read strictly: what does not hold is named before any row is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from incidents.codebook.services import codebook
from incidents.exchange.codes import allowed
from incidents.exchange.errors import MappingError
from incidents.exchange.mapping import SHIPPED, Coding, Mapping, read_mapping
from tests.unit.exchange.factories import plan

if TYPE_CHECKING:
    from pathlib import Path

TOML = """
id = "sample-list"
title = "A fictional list"
[incident]
country = "PH"
drug_nexus = "NX_REP"
[[sources]]
citation = "A fictional paper."
"""


def refusal(tmp_path: Path, text: str) -> str:
    """The sentence with which a mapping is refused."""
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MappingError) as refused:
        read_mapping(str(path))
    return str(refused.value)


def objection(**changes: Any) -> str:
    """What is wrong with a sample mapping that was changed."""
    with pytest.raises(ValidationError) as wrong:
        plan(**changes)
    return str(wrong.value)


def test_the_smallest_mapping_is_read(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text(TOML, encoding="utf-8")
    assert read_mapping(str(path)).id == "sample-list"


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.toml")))
def test_every_shipped_mapping_holds(name: str) -> None:
    mapping = read_mapping(name)
    assert mapping.incident.open_source
    assert mapping.file.required


def test_shipped_mappings_are_named_when_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="ph_inquirer_kill_list, ucdp_ged, us_2020pb"):
        read_mapping(str(tmp_path / "nothing.toml"))


def test_what_is_no_toml_is_refused(tmp_path: Path) -> None:
    assert "not TOML" in refusal(tmp_path, "id = ")


def test_an_unknown_name_is_refused_with_its_place(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, TOML.replace('drug_nexus = "NX_REP"', 'drug_nexus = "NX_REP"\ncolour = "red"'))
    assert "incident.colour" in sentence


def test_something_missing_is_refused_with_its_place(tmp_path: Path) -> None:
    assert "incident.country" in refusal(tmp_path, TOML.replace('country = "PH"\n', ""))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"incident": {"country": "XX"}}, "incident.country does not take XX"),
        ({"incident": {"country": "NET_ANPUD"}}, "incident.country does not take NET_ANPUD"),
        ({"incident": {"drug_nexus": "NX_NONE"}}, "incident.drug_nexus does not take NX_NONE"),
        ({"incident": {"drug_nexus_otherwise": "NX_NONE"}}, "incident.drug_nexus does not take NX_NONE"),
        ({"incident": {"time_of_day": "dusk"}}, "incident.time_of_day does not take dusk"),
        ({"incident": {"release_level": "RL_ALL"}}, "incident.release_level does not take RL_ALL"),
        ({"persons": [{"gender": "M", "acts": [{"violation": "LIF"}]}]}, "persons[].gender does not take M"),
        ({"persons": [{"acts": [{"violation": "KILLED"}]}]}, "acts[].violation does not take KILLED"),
        ({"perpetrators": [{"perp_type": "POLICE"}]}, "perpetrators[].perp_type does not take POLICE"),
        (
            {"perpetrators": [{"perp_type": "ST", "attribution_basis": {"ST": ["INV_DIR"]}}]},
            "perpetrators[].attribution_basis does not take INV_DIR",
        ),
        ({"sources": [{"connection": "LNK"}]}, "sources[].connection does not take LNK"),
        ({"sources": [{"independence": "IND_NO"}]}, "sources[].independence does not take IND_NO"),
    ],
)
def test_a_code_that_the_field_does_not_take_is_refused(changes: dict[str, Any], expected: str) -> None:
    sentence = objection(**changes)
    assert expected in sentence
    assert codebook().version in sentence


def test_a_code_inside_a_rule_or_a_table_is_checked_too() -> None:
    coding: dict[str, Any] = {
        "column": "a",
        "rules": [{"pattern": "x", "code": "LIF"}, {"pattern": "y", "code": "BAD"}],
    }
    assert "does not take BAD" in objection(persons=[{"acts": [{"violation": coding}]}])
    coding = {"column": "a", "values": {"one": "WORSE"}}
    assert "does not take WORSE" in objection(persons=[{"acts": [{"violation": coding}]}])


def test_an_area_must_lie_in_the_country() -> None:
    area = {"columns": ["p"], "names": {"Old Name": "US-OR"}}
    assert "US-OR is not an area of PH" in objection(incident={"area": area})


def test_a_broken_pattern_is_refused() -> None:
    coding = {"column": "a", "rules": [{"pattern": "(", "code": "LIF"}]}
    assert "regular expression" in objection(persons=[{"acts": [{"violation": coding}]}])


def test_a_date_without_a_year_is_refused() -> None:
    assert "(?P<year>" in objection(incident={"date": {"column": "d", "forms": [{"pattern": "x"}]}})


def test_a_rule_without_a_code_is_refused() -> None:
    coding = {"column": "a", "rules": [{"pattern": "x"}]}
    assert "either code or codes" in objection(persons=[{"acts": [{"violation": coding}]}])


def test_an_id_with_spaces_is_refused() -> None:
    assert "id" in objection(id="Sample List")


def test_codings_have_short_forms() -> None:
    assert Coding.model_validate("LIF").value == ("LIF",)
    assert Coding.model_validate({"column": "a", "otherwise": "LIF"}).otherwise == ("LIF",)
    assert Coding.model_validate({"column": "a", "values": {"B  b": "LIF"}}).table == {"b b": ("LIF",)}


def test_a_mapping_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        plan().id = "other-list"


def test_codes_are_asked_from_the_schema() -> None:
    assert "evening" in allowed("incident.time_of_day")
    assert "PH" in allowed("incident.country")
    assert "SRC_MED" in allowed("sources[].source_type")
    assert "LNK_3RD" not in allowed("sources[].source_type")


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED.glob("*.toml")))
def test_shipped_mappings_never_give_an_accusation_as_a_fact(name: str) -> None:
    """No mapping can: the parts of a person that would hold it do not exist in a mapping."""
    assert "kp_status" not in (SHIPPED / f"{name}.toml").read_text(encoding="utf-8")
    for person in read_mapping(name).persons:
        assert not hasattr(person, "kp_status")


def test_there_is_nothing_between_a_mapping_and_its_parts_that_takes_any_name() -> None:
    for part in (Mapping, *(field.annotation for field in Mapping.model_fields.values())):
        config = getattr(part, "model_config", None)
        assert config is None or config["extra"] == "forbid"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[file]\nseparator = ";"\n', "file.separator"),
        ('[[persons]]\nhealth = "h"\n[[persons.acts]]\nviolation = "LIF"\n', "persons.0.health"),
        ('[[persons]]\n[[persons.acts]]\nviolation = {colum = "a"}\n', "persons.0.acts.0.violation.colum"),
        ('[[split]]\ncolumn = "a"\npatterns = ["x"]\nkeeep = true\n', "split.0.keeep"),
        ('[[perpetrators]]\nperp_type = "ST"\nname = "who"\n', "perpetrators.0.name"),
        ("[extra]\n", "extra"),
    ],
)
def test_a_name_that_no_part_knows_is_refused_by_its_place(tmp_path: Path, text: str, place: str) -> None:
    assert f"  {place}: " in refusal(tmp_path, TOML + text)


@pytest.mark.parametrize("pattern", ["x", r"(?P<lat>\d+)", r"(?P<lon>\d+)"])
def test_a_point_without_both_groups_is_refused(pattern: str) -> None:
    assert "(?P<lat>...) and (?P<lon>...)" in objection(incident={"geo": {"column": "g", "pattern": pattern}})
