"""A row becomes a document, and every word of it is in the document afterwards."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.exchange.build import Built, build
from incidents.exchange.cells import SENTENCES, Why
from incidents.exchange.errors import FileUnreadable
from incidents.exchange.readers import Row
from incidents.records.parts import split
from incidents.records.schema import MOST_PARTS
from incidents.records.text import LINE_LIMIT, NARRATIVE_LIMIT
from tests.unit.exchange.factories import plan

TODAY = dt.date(2031, 6, 1)
TEXT = st.text(st.characters(codec="utf-8"), max_size=40).map(str.strip)


def built(mapping: Any = None, *, number: int = 7, ragged: int = 0, **cells: Any) -> Built:
    """What becomes of a row by the sample mapping."""
    return build(Row(number, cells, ragged), mapping or plan(), today=TODAY, recorder="someone", mark="m.c")


def asides(one: Built) -> list[tuple[str, str, str]]:
    """Column, value and reason of what is kept aside."""
    return [(kept.column, kept.value, kept.why) for kept in one.document.kept_aside]


def test_fields_are_filled_and_the_record_is_complete() -> None:
    document = built(when="2031-05-30", where="Sample Town", what="A fictional killing.", who="Example Person").document
    assert document.status == "complete"
    assert str(document.incident.date_start) == "2031-05-30"
    assert document.incident.place_text == "Sample Town"
    assert document.incident.narrative == "A fictional killing."
    assert document.incident.date_reported == TODAY
    assert document.persons[0].name == "Example Person"
    assert document.acts[0].person_id == document.persons[0].id
    assert document.perpetrators[0].act_ids == [document.acts[0].id]
    assert (document.recorder, document.origin) == ("someone", "m.c")


def test_names_and_places_lie_in_the_identity_part_alone() -> None:
    document = built(who="Canary Person", where="Canary Street", extra="Canary value", what="words").document
    account, identity = (json.dumps(part) for part in split(document))
    assert "Canary" not in account
    assert identity.count("Canary") == 3


def test_a_column_without_a_field_is_kept_aside_with_row_column_and_reason() -> None:
    one = built(colour="red", what="x")
    assert asides(one) == [("colour", "red", SENTENCES[Why.NO_FIELD])]
    assert one.document.kept_aside[0].row == 7
    assert one.asides == [("colour", Why.NO_FIELD)]


def test_an_empty_cell_is_nothing_to_keep() -> None:
    assert asides(built(colour="", what="x")) == []


def test_extra_cells_are_kept_as_such() -> None:
    cells: dict[str, Any] = {"what": "x", "column 10": "over"}
    one = built(ragged=1, **cells)
    assert asides(one) == [("column 10", "over", SENTENCES[Why.EXTRA_CELL])]


def test_lists_without_a_field_are_kept_whole() -> None:
    one = built(tags=["a", {"b": "ç"}])
    assert json.loads(asides(one)[0][1]) == ["a", {"b": "ç"}]


def test_an_age_gives_band_and_years_and_any_other_text_neither() -> None:
    known, unknown = built(age="17").document, built(age="about 17")
    assert (known.persons[0].age_band, known.acts[0].age_at_act) == ("AGE_15_17", 17)
    assert (unknown.document.persons[0].age_band, unknown.document.acts[0].age_at_act) == ("AGE_UNK", None)
    assert asides(unknown) == [("age", "about 17", SENTENCES[Why.NO_NUMBER])]


def test_an_impossible_age_is_kept_aside() -> None:
    assert asides(built(age="121"))[0][:2] == ("age", "121")


@pytest.mark.parametrize("name", ["x" * (LINE_LIMIT + 1), "turned \u202e around", "a\x07b"])
def test_a_value_that_the_field_refuses_is_kept_aside_and_the_rest_stands(name: str) -> None:
    one = built(who=name, what="stands")
    assert one.document.persons[0].name == ""
    assert one.document.incident.narrative == "stands"
    ((column, value, why),) = asides(one)
    assert (column, why) == ("who", SENTENCES[Why.REFUSED])
    assert value.encode("ascii").decode("unicode_escape") == name


def test_a_megabyte_of_text_is_kept_in_pieces() -> None:
    text = "0123456789" * 100_000
    pieces = [value for _, value, _ in asides(built(what=text))]
    assert "".join(pieces) == text
    assert all(len(piece) <= NARRATIVE_LIMIT for piece in pieces)


def test_a_point_outside_the_map_is_kept_aside() -> None:
    one = built(plan(incident={"geo": {"column": "g"}}), g="95.0, 10.0", what="stands")
    assert one.document.incident.geo is None
    assert asides(one) == [("g", "95.0, 10.0", SENTENCES[Why.REFUSED])]
    assert one.document.incident.narrative == "stands"


def test_more_acts_than_a_record_holds_leave_a_record_without_acts() -> None:
    many = plan(persons=[{"acts": [{"violation": "LIF_UNK"}] * (MOST_PARTS + 1)}])
    document = built(many, what="words").document
    assert (document.acts, document.perpetrators[0].act_ids, document.incident.narrative) == ([], [], "words")


def test_a_row_that_fits_no_record_is_kept_whole_and_incomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incidents.exchange.build.MOST_REPAIRS", 0)
    one = built(what="words", who="Example Person")
    assert one.document.status == "incomplete"
    assert {value for _, value, _ in asides(one)} == {"words", "Example Person"}
    assert {why for _, why in one.asides} == {Why.WHOLE_ROW}
    assert one.document.origin == "m.c"


def test_places_are_not_said_twice() -> None:
    mapping = plan(incident={"place_text": ["where", "city", "province"]})
    one = built(mapping, where="Sample City, Metro Example", city="Sample City", province="Metro Example")
    assert one.document.incident.place_text == "Sample City, Metro Example"
    assert asides(one) == []


def test_a_sentence_of_a_template_falls_away_when_its_cells_are_empty() -> None:
    mapping = plan(incident={"narrative": ["{what}", "It is claimed: {claim}."]})
    assert built(mapping, what="Killed.", claim="").document.incident.narrative == "Killed."
    assert built(mapping, what="", claim="x").document.incident.narrative == "It is claimed: x."


def test_braces_in_a_cell_are_words_and_no_template() -> None:
    assert built(what="{who} {0} {what}").document.incident.narrative == "{who} {0} {what}"


def test_words_for_nothing_are_nothing() -> None:
    mapping = plan(file={"missing": {"what": ["None"], "*": ["n/a"]}})
    one = built(mapping, what="none", where="N/A", colour="n/a")
    assert one.document.incident.narrative == ""
    assert asides(one) == []


def test_a_cell_is_taken_apart_by_the_first_pattern_that_fits() -> None:
    mapping = plan(
        split=[{"column": "full", "patterns": [r"^(?P<who>[^,]+), (?P<age>\d+)$", "^(?P<who>.+)$"]}],
    )
    apart = built(mapping, full="Example Person, 30")
    assert (apart.document.persons[0].name, apart.document.persons[0].age_band) == ("Example Person", "AGE_25_34")
    assert asides(apart) == []
    assert built(mapping, full="Example").document.persons[0].name == "Example"


def test_a_cell_that_no_pattern_takes_apart_is_kept() -> None:
    mapping = plan(split=[{"column": "full", "patterns": [r"^(?P<who>[a-z]+)$"]}])
    assert asides(built(mapping, full="123"))[0][:2] == ("full", "123")


def test_every_link_is_a_source_and_a_link_that_is_none_is_kept() -> None:
    mapping = plan(
        sources=[
            {
                "each": ["link_*"],
                "source_type": {"otherwise": "SRC_MED", "rules": [{"pattern": "video", "code": "SRC_VID"}]},
            }
        ]
    )
    long = "https://x.example/" + "y" * LINE_LIMIT
    one = built(mapping, link_1="https://a.example", link_2="https://video.example", link_3=long, link_4="")
    assert [(source.source_type, source.url) for source in one.document.sources] == [
        ("SRC_MED", "https://a.example"),
        ("SRC_VID", "https://video.example"),
    ]
    assert asides(one) == [("link_3", long, SENTENCES[Why.REFUSED])]


def test_a_link_with_hidden_characters_loses_nothing() -> None:
    mapping = plan(sources=[{"each": ["links"]}])
    links = [{"url": "https://a.example", "text": "a"}, {"url": "https://\u202eb.example", "text": "b"}]
    one = built(mapping, links=links)
    kept = asides(one)[0]
    assert kept[0] == "links"
    assert json.loads(kept[1].replace("\\", "\\\\"))[1]["url"] == "https://\\u202eb.example"


def test_one_act_for_each_code_and_one_perpetrator_for_each_kind() -> None:
    tags = {"column": "tags", "separator": ";", "values": {"arrest": "LIB_ARR", "beat": "TOR_ASLT"}}
    mapping = plan(
        persons=[{"acts": [{"violation": tags}]}],
        perpetrators=[{"perp_type": ["ST_POL", "ST_MIL"], "attribution_basis": {"ST_POL": ["ATB_DOC"]}}],
    )
    document = built(mapping, tags="arrest; beat").document
    assert [act.violation for act in document.acts] == ["LIB_ARR", "TOR_ASLT"]
    assert [(one.perp_type, one.attribution_basis) for one in document.perpetrators] == [
        ("ST_POL", ["ATB_DOC"]),
        ("ST_MIL", []),
    ]
    assert all(len(one.act_ids) == 2 for one in document.perpetrators)


def test_several_persons_each_have_their_acts() -> None:
    mapping = plan(persons=[{"name": "who", "acts": [{"violation": "LIF_UNK"}]}, {"acts": [{"violation": "TOR_CIDT"}]}])
    document = built(mapping, who="Example Person").document
    assert [document.person(act.person_id) for act in document.acts] == document.persons


@given(
    st.dictionaries(
        st.sampled_from(["when", "where", "what", "who", "age", "tags", "colour", "column 9"]), TEXT, min_size=1
    )
)
def test_every_word_of_a_row_is_somewhere_in_the_document(cells: dict[str, str]) -> None:
    document = build(Row(1, cells), plan(), today=TODAY).document
    account, identity = split(document)
    kept = json.dumps([account, identity], ensure_ascii=False, default=str)
    for column, text in cells.items():
        for word in text.split():
            plain = "".join(one for one in word if one.isascii() and one.isalnum())
            if plain == word and column != "age":
                assert word in kept


@given(st.dictionaries(st.text(max_size=30), TEXT, min_size=1, max_size=5))
def test_no_row_at_all_stops_an_import(cells: dict[str, str]) -> None:
    one = build(Row(1, cells, 1), plan(), today=TODAY)
    assert len(one.document.kept_aside) >= sum(1 for column, text in cells.items() if text and column == "colour")


@pytest.mark.parametrize(
    ("source_type", "kind"),
    [
        (None, "SRC_OTH"),
        ("SRC_MED", "SRC_MED"),
        ({"otherwise": "SRC_MED"}, "SRC_MED"),
        ({"rules": [{"pattern": "example", "codes": ["SRC_VID", "SRC_MED"]}]}, "SRC_VID"),
        ({"rules": [{"pattern": "nothing", "code": "SRC_VID"}]}, None),
    ],
)
def test_every_link_has_the_type_that_the_mapping_gives(source_type: object, kind: str | None) -> None:
    source = {"each": ["links"]} | ({"source_type": source_type} if source_type else {})
    (found,) = built(plan(sources=[source]), links=["https://a.example"]).document.sources
    assert found.source_type == kind


def test_more_than_a_record_can_keep_stops_the_import_with_the_row_and_no_value() -> None:
    cells = {f"canary {place}": "canary" for place in range(MOST_PARTS + 1)}
    with pytest.raises(FileUnreadable) as refused:
        build(Row(7, cells), plan(), today=TODAY)
    assert "Row 7 " in str(refused.value)
    assert "canary" not in str(refused.value)
    assert len(build(Row(7, dict(list(cells.items())[1:])), plan(), today=TODAY).document.kept_aside) == MOST_PARTS


def says_something(text: str) -> bool:
    """Whether a cell of this text has an entry: one of separators alone has none."""
    return bool(text.strip(" ;|"))


@given(st.lists(TEXT.filter(says_something), min_size=1, max_size=6), st.sampled_from(["", ";", "|"]))
@settings(max_examples=50, deadline=None)
def test_no_entry_of_a_list_is_lost_whichever_have_codes(entries: list[str], separator: str) -> None:
    coding = {"column": "tags", "separator": separator, "values": {entries[0]: "LIB_ARR"}}
    cell = entries if not separator else separator.join(entries)
    one = build(Row(1, {"tags": cell}), plan(persons=[{"acts": [{"violation": coding}]}]), today=TODAY)
    codes = len(one.document.acts)
    kept = [value for column, value, _ in asides(one) if column == "tags"]
    assert codes <= 1
    assert codes or kept
    for entry in entries:
        if entry.isalnum() and entry.isascii() and entry.casefold() != entries[0].casefold():
            assert any(entry in value for value in kept)
