"""A case in sentences: who did what to whom, where and when, without stating it as a fact."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from incidents.codebook.services import codebook
from incidents.i18n import bdi
from incidents.records.phrases import ACTORS, ACTS, SHARES
from incidents.records.schema import Act, CaseDocument
from incidents.records.sentences import actor, joined, sentence, sentences, setting, template
from tests.factories import documents as make

ACCORDING = "According to the account, "


def tell(violation: str = "POL_EXT", *, whom: dict[str, object] | None = None, **perpetrator: object) -> str:
    """The sentence of one act against "Amber Heron" by one perpetrator."""
    person = make.person(**({"pseudonym": "Amber Heron"} | (whom or {})))
    act = make.act(violation, person)
    by = make.perpetrator(act, **perpetrator)
    document = make.document(persons=[person], acts=[act], perpetrators=[by], consents=[])
    return sentence(act, document)


def test_says_who_did_what_to_whom_by_pseudonym() -> None:
    assert tell() == f"{ACCORDING}police extorted money or a bribe from <bdi>Amber Heron</bdi>."


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("ST_POL_DRUG", "drug police"),
        ("ST_POL", "police"),
        ("SL_VIG", "vigilantes suspected of links to the State"),
        ("NS_FAM_IP", "a current or former partner"),
        ("NS", "private people"),
        ("UN_ASS", "unidentified assailants"),
        ("UN_UNK", "persons unknown"),
        ("UN", "people nobody could identify"),
    ],
)
def test_names_each_group_of_perpetrators_in_plain_words(kind: str, words: str) -> None:
    assert tell("LIF_EJK_OP", perp_type=kind).startswith(f"{ACCORDING}{words} killed ")


def test_a_perpetrator_of_no_kind_is_unknown() -> None:
    assert "persons unknown extorted" in tell(perp_type=None)


def test_an_act_that_no_entry_answers_for_says_that_the_record_names_nobody_yet() -> None:
    person = make.person()
    act = make.act("LIF_NSA", person)
    document = make.document(persons=[person], acts=[act], perpetrators=[], consents=[])
    assert "somebody the record does not name yet killed" in sentence(act, document)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({"count_min": 2, "count_max": 4}, "police (<bdi>2</bdi> to <bdi>4</bdi> people)"),
        ({"count_min": 3, "count_max": 3}, "police (<bdi>3</bdi> people)"),
        ({"count_min": 1, "count_max": 1}, "police (<bdi>1</bdi> person)"),
        ({"count_min": 5}, "police (at least <bdi>5</bdi> people)"),
        ({"count_max": 6}, "police (at most <bdi>6</bdi> people)"),
        ({"count_min": 0, "count_max": 6}, "police (<bdi>0</bdi> to <bdi>6</bdi> people)"),
        ({}, "police"),
    ],
)
def test_gives_their_number_as_well_as_it_is_known(numbers: dict[str, int], words: str) -> None:
    assert str(actor(make.perpetrator(**numbers))) == words


def test_several_perpetrators_of_one_act_stand_in_one_sentence() -> None:
    person = make.person(pseudonym="Amber Heron")
    act = make.act("TOR_ASLT", person)
    by = [
        make.perpetrator(act),
        make.perpetrator(act, perp_type="NS_COM"),
        make.perpetrator(act, perp_type="ST_MIL"),
    ]
    document = make.document(persons=[person], acts=[act], perpetrators=by, consents=[])
    assert "police, neighbours or a crowd and members of the armed forces beat" in sentence(act, document)


def test_only_those_of_this_act_are_named() -> None:
    person = make.person()
    first, second = make.act("TOR_ASLT", person), make.act("LIF_NSA", person)
    by = [make.perpetrator(first), make.perpetrator(second, perp_type="NS_CRIM")]
    document = make.document(persons=[person], acts=[first, second], perpetrators=by, consents=[])
    assert "drug-trade" not in sentence(first, document)
    assert "police" not in sentence(second, document)


def test_who_gave_the_order_is_told_apart_from_who_did_it() -> None:
    person = make.person(pseudonym="Amber Heron")
    act = make.act("LIF_EJK", person)
    by = [
        make.perpetrator(act, involvement=["INV_DIR"]),
        make.perpetrator(act, perp_type="ST_LOC", involvement=["INV_ORD"]),
    ]
    document = make.document(persons=[person], acts=[act], perpetrators=by, consents=[])
    told = sentence(act, document)
    assert told.startswith(f"{ACCORDING}police killed <bdi>Amber Heron</bdi> outside any court process. ")
    assert told.endswith(f"{ACCORDING}the order came from local government officials.")


def test_with_only_those_who_let_it_happen_nobody_is_said_to_have_done_it() -> None:
    told = tell("LIF_EJK", involvement=["INV_OMIT"])
    assert "persons unknown killed" in told
    assert "police had a duty to prevent it and did not." in told


def test_one_who_acted_and_gave_orders_acted() -> None:
    assert "police killed" in tell("LIF_EJK", involvement=["INV_ORD", "INV_DIR"])


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ({"unit": "UNIT_GRP", "group_size": 12}, "a group of <bdi>12</bdi> people (<bdi>Amber Heron</bdi>)"),
        (
            {"unit": "UNIT_GRP", "group_size_min": 5, "group_size_max": 9},
            "a group of <bdi>5</bdi> to <bdi>9</bdi> people (<bdi>Amber Heron</bdi>)",
        ),
        ({"unit": "UNIT_GRP", "group_size_min": 5}, "a group of at least <bdi>5</bdi> people"),
        ({"unit": "UNIT_GRP"}, "a group of people (<bdi>Amber Heron</bdi>)"),
        ({"unit": "UNIT_FAM"}, "a family or household (<bdi>Amber Heron</bdi>)"),
        ({"unit": "UNIT_ORG"}, "an organisation or service (<bdi>Amber Heron</bdi>)"),
        ({"unit": "UNIT_COM"}, "a community (<bdi>Amber Heron</bdi>)"),
        ({"unit": None}, "<bdi>Amber Heron</bdi>"),
    ],
)
def test_a_group_is_named_as_one(group: dict[str, object], words: str) -> None:
    assert words in tell("LIB_RAID", whom=group)


def test_each_of_several_persons_has_a_sentence_in_the_order_of_the_record() -> None:
    first, second = make.person(pseudonym="Amber Heron"), make.person(pseudonym="Quiet Pine")
    acts = [make.act("LIB_ARR", second), make.act("TOR_ASLT", first)]
    document = make.document(persons=[first, second], acts=acts, perpetrators=[make.perpetrator(*acts)], consents=[])
    told = sentences(document)
    assert "arrested <bdi>Quiet Pine</bdi>" in told[0]
    assert "assaulted <bdi>Amber Heron</bdi>" in told[1]


def test_a_law_is_against_nobody_in_particular() -> None:
    act = Act(violation="LAW_CRIM")
    document = make.document(
        persons=[], acts=[act], perpetrators=[make.perpetrator(act, perp_type="ST_LEG")], consents=[]
    )
    assert sentence(act, document) == (f"{ACCORDING}a legislature made or kept a law or policy that punishes drug use.")


def test_an_act_against_nobody_named_says_so() -> None:
    act = Act(violation="TOR_TORT")
    document = make.document(persons=[], acts=[act], perpetrators=[], consents=[])
    assert "tortured somebody the record does not name." in sentence(act, document)


@pytest.mark.parametrize(
    ("incident", "words"),
    [
        ({"date_start": "2026-05~"}, "happened about <bdi>May 2026</bdi> (Philippines)."),
        ({"date_start": "2026-05"}, "happened in <bdi>May 2026</bdi> (Philippines)."),
        ({"date_start": "2026"}, "happened in <bdi>2026</bdi> (Philippines)."),
        ({"date_start": "2026~"}, "happened about <bdi>2026</bdi> (Philippines)."),
        ({"date_start": "2026-05-03"}, "happened on <bdi>3 May 2026</bdi> (Philippines)."),
        ({"date_start": "2026-05-03~"}, "happened about <bdi>3 May 2026</bdi> (Philippines)."),
        (
            {"date_start": "2026-05-03/2026-05-05"},
            "happened between <bdi>3 May 2026</bdi> and <bdi>5 May 2026</bdi> (Philippines).",
        ),
        ({"date_start": "2026-05-03/.."}, "happened since <bdi>3 May 2026</bdi> (Philippines)."),
        ({"date_start": "../2026-05-03"}, "happened until <bdi>3 May 2026</bdi> (Philippines)."),
        ({"date_start": "XXXX"}, "happened on an unknown date (Philippines)."),
        ({"date_start": None}, "happened on an unknown date (Philippines)."),
        (
            {"date_start": "2026-05", "date_end": "2026-07"},
            "began in <bdi>May 2026</bdi> and ended in <bdi>July 2026</bdi> (Philippines).",
        ),
        (
            {"date_start": None, "country": None, "adm1": None},
            "on an unknown date; the country is not known.",
        ),
    ],
)
def test_says_when_and_where_as_well_as_both_are_known(incident: dict[str, object], words: str) -> None:
    assert words in setting(make.document(incident=make.incident(**incident)))


def test_the_setting_keeps_the_exact_place_to_itself() -> None:
    assert "Blue Bridge" not in setting(make.document())


def test_a_person_without_a_pseudonym_is_still_somebody() -> None:
    assert "from somebody the record does not name." in tell(whom={"pseudonym": ""})


# -- every code --------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [one.code for one in codebook().vocabulary("violation_types")])
def test_every_violation_has_a_sentence_of_its_own_that_takes_sides_with_nobody(code: str) -> None:
    text = ACTS[code]
    assert text.startswith(ACCORDING)
    assert "%(who)s" in text
    assert ("%(whom)s" in text) == (not code.startswith("LAW"))
    assert template(code) == text


@pytest.mark.parametrize("code", [one.code for one in codebook().vocabulary("perpetrator_types")])
def test_every_kind_of_actor_has_words(code: str) -> None:
    assert ACTORS[code]


def test_every_way_of_sharing_responsibility_has_a_sentence() -> None:
    ways = {one.code for one in codebook().vocabulary("involvement").facet("INV")}
    assert ways == set(SHARES) | {"INV_DIR", "INV_UNK"}


def test_no_words_are_left_for_codes_that_do_not_exist() -> None:
    assert set(ACTS) <= {one.code for one in codebook().vocabulary("violation_types")}
    assert set(ACTORS) <= {one.code for one in codebook().vocabulary("perpetrator_types")}


def test_no_sentence_speaks_of_addicts_or_abusers() -> None:
    for text in (*ACTS.values(), *ACTORS.values(), *SHARES.values()):
        assert not {"addict", "abuser", "junkie", "user"} & set(text.lower().split())


@given(make.documents())
@settings(max_examples=60, deadline=None)
def test_every_document_can_be_told_without_identity(document: CaseDocument) -> None:
    told = [setting(document), *sentences(document)]
    assert len(told) == 1 + len(document.acts)
    assert all(text.endswith(".") for text in told)
    for person in document.persons:
        if len(person.name) > 20:
            assert not any(person.name in text for text in told)


# -- joining words -----------------------------------------------------------------------------------


def test_a_list_is_joined_as_the_language_does_and_stays_escaped() -> None:
    assert joined(["one"]) == "one"
    assert joined(["one", "two"]) == "one and two"
    assert joined(["<b>", bdi("x"), "50 %s"]) == "&lt;b&gt;, <bdi>x</bdi> and 50 %s"


def test_a_pseudonym_cannot_write_markup() -> None:
    assert "<script>" not in tell(whom={"pseudonym": "<script>"})
