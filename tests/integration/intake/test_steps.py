"""The full form: from a first page to a saved case that says exactly what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from incidents.records.identifiers import new_id
from tests.integration.intake.steps import Walk

if TYPE_CHECKING:
    from tests.factories.world import World

EXPLAINED = {f"explained.{name}": "y" for name in ("purpose", "recipients", "risks", "withdrawal", "limits")}


def test_a_full_run_saves_exactly_what_was_typed(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    walk.fill(
        "what",
        {
            "narrative": "First line.\r\nSecond line, plainly fictional.",
            "narrative_lang": "EN",
            "title_working": "Market square",
            "drug_nexus": ["NX_OP", "NX_STIG"],
        },
    )
    walk.fill(
        "when",
        {
            "date_start-kind": "between",
            "date_start-day": "3",
            "date_start-month": "2",
            "date_start-year": "2025",
            "date_start-to_day": "9",
            "date_start-to_month": "2",
            "date_start-to_year": "2025",
            "time_of_day": "night",
            "date_reported-day": "1",
            "date_reported-month": "3",
            "date_reported-year": "2025",
        },
    )
    assert walk.fill("where", {"country": "PH", "place_type": "PL_CHECK"}).endswith("/place")
    walk.fill(
        "place",
        {"adm1": "PH-CEB", "place_text": "By the old pier", "place_precision": "PP_LOC", "release_level": "RL_ADM1"},
    )
    first = walk.add(
        "people",
        {
            "roles": ["victim"],
            "unit": "UNIT_IND",
            "gender": "GEN_W",
            "age_band": "AGE_25_34",
            "deceased": "no",
            "kp_status": ["KP_PWUD"],
            "name": "Ana Fictional",
            "contact.channel": "call",
            "contact.value": "000 111",
        },
    )
    second = walk.add(
        "people",
        {
            "roles": ["victim", "witness"],
            "unit": "UNIT_GRP",
            "gender": "GEN_MIX",
            "group_size": "4",
            "group_size_min": "3",
        },
    )
    beaten = walk.add("acts", {"violation": "POL_EXT", "person_id": first})
    walk.fill("details", {"methods": ["MT_BEAT", "MT_VERB"], "status_at_end": ["OUT_MON"], "is_primary": "y"}, beaten)
    held = walk.add("acts", {"violation": "LIB_ARR", "person_id": second})
    police = walk.add(
        "perpetrators",
        {
            "act_ids": [beaten],
            "perp_type": "ST_POL_DRUG",
            "attribution_basis": ["ATB_MARK"],
            "count_min": "2",
            "count_max": "3",
            "unit_name": "Unit Nine",
        },
    )
    unknown = walk.add("perpetrators", {"act_ids": [held], "perp_type": "UN_UNK"})
    told = walk.add(
        "sources",
        {
            "source_type": "SRC_SURV",
            "connection": "LNK_VIC",
            "independence": "IND_PRI",
            "reliability": "REL_C",
            "credibility": "CRD_2",
            "citation": "Told on the phone",
            "confidential": "y",
        },
    )
    read = walk.add("sources", {"source_type": "SRC_MED", "connection": "LNK_3RD", "url": "https://news.example/1"})
    walk.fill(
        "consent",
        {
            "given_by": "CB_SELF",
            "mode": "CM_ORAL",
            **EXPLAINED,
            "given_on-day": "2",
            "given_on-month": "3",
            "given_on-year": "2025",
            "answer.CP_STAT": "yes",
            "answer.CP_STORE": "yes",
            "answer.CP_PUB": "no",
            "answer.CP_STORY": "not_asked",
        },
        first,
    )
    page = walk.browser.get(walk.path("check"))
    assert "Extortion" in page or "extort" in page.lower()
    case = walk.save("complete")

    saved = walk.saved_whole(case)
    incident = saved.incident
    assert saved.status == "complete"
    assert saved.recorder == walk.who.id
    assert incident.narrative == "First line.\nSecond line, plainly fictional."
    assert incident.narrative_lang == "en"
    assert incident.drug_nexus == ["NX_OP", "NX_STIG"]
    assert str(incident.date_start) == "2025-02-03/2025-02-09"
    assert incident.time_of_day == "night"
    assert str(incident.date_reported) == "2025-03-01"
    assert (incident.country, incident.adm1, incident.place_type) == ("PH", "PH-CEB", "PL_CHECK")
    assert (incident.place_text, incident.release_level) == ("By the old pier", "RL_ADM1")
    ana, group = saved.persons
    assert (ana.id, ana.name, ana.deceased, ana.kp_status) == (first, "Ana Fictional", False, ["KP_PWUD"])
    assert ana.contact is not None
    assert (ana.contact.channel, ana.contact.value) == ("call", "000 111")
    assert (group.id, group.roles, group.group_size, group.group_size_min) == (second, ["victim", "witness"], 4, 3)
    assert [(act.id, act.violation, act.person_id, act.is_primary) for act in saved.acts] == [
        (beaten, "POL_EXT", first, True),
        (held, "LIB_ARR", second, None),
    ]
    assert saved.acts[0].methods == ["MT_BEAT", "MT_VERB"]
    assert [(one.id, one.perp_type, one.act_ids) for one in saved.perpetrators] == [
        (police, "ST_POL_DRUG", [beaten]),
        (unknown, "UN_UNK", [held]),
    ]
    assert (saved.perpetrators[0].unit_name, saved.perpetrators[0].count_max) == ("Unit Nine", 3)
    assert [(one.id, one.source_type, one.confidential) for one in saved.sources] == [
        (told, "SRC_SURV", True),
        (read, "SRC_MED", True),
    ]
    answers = {row.purpose: (row.answer, row.given_by, row.explained.complete) for row in saved.consents}
    assert answers == {
        "CP_STORE": ("yes", "CB_SELF", True),
        "CP_STAT": ("yes", "CB_SELF", True),
        "CP_PUB": ("no", "CB_SELF", True),
    }
    assert {str(row.given_on) for row in saved.consents} == {"2025-03-02"}


def test_where_nothing_can_be_chosen_yet_the_page_says_what_to_enter_first(world: World) -> None:
    walk = Walk(world.team().researcher).begin()
    page = walk.browser.get(walk.path("acts", new_id()))
    assert "No person is entered yet." in page
    assert f'href="{walk.path("people")}"' in page
    assert 'name="person_id"' not in page
