"""Invented incidents over the whole codebook, the same for the same seed. Pure.

Places and people are of no country anybody lives in: names of towns, papers and centres are made of plain words, and no
text imitates a testimony. Only the coded part is meant to look like real work: uneven over countries and months, with
gaps, refusals, unknowns and sources of every grade.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from incidents.codebook.services import codebook
from incidents.records.identifiers import new_reference
from incidents.records.pseudonyms import COLOURS, THINGS
from incidents.records.schema import CaseDocument

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

DAYS = 3 * 365
YES = {"purpose": True, "recipients": True, "risks": True, "withdrawal": True, "limits": True}
LAWS = "LAW"
#: What each group of violations is mostly done by.
ACTORS = {
    "TOR": ("ST_POL", "ST_PRI", "ST_POL"),
    "LIB": ("ST_POL", "ST_POL", "ST_MIL"),
    "POL": ("ST_POL",),
    "JUS": ("ST_POL", "ST_JUD"),
    "REP": ("ST_HLT", "NS_HLT"),
    "VIO": ("NS_COM", "NS_CRIM", "UN_ASS"),
    "LIF": ("ST_POL", "UN_ASS", "ST_POL", "NS_COM"),
    "CDT": ("NS_TRT", "ST_POL", "NS_TRT"),
    "HLT": ("NS_HLT", "NS_HLT", "NS_NGO"),
    "GBV": ("NS_FAM_IP", "ST_POL", "NS_COM", "NS_CLI"),
    "FAM": ("ST_SOC", "NS_FAM_OTH"),
    "MED": ("ST_HLT", "NS_HLT"),
}
#: Done by police whatever the rest of their group is.
POLICE = {"LIF_EJK", "LIF_EJK_OP", "LIF_FORCE", "LIF_CUST", "GBV_RAPE_CUS", "LIF_DP"}
SOURCES = (
    ("SRC_SURV", "LNK_VIC", "IND_PRI", "REL_C", "CRD_2"),
    ("SRC_SURV", "LNK_VIC", "IND_PRI", "REL_F", "CRD_6"),
    ("SRC_WIT", "LNK_WIT", "IND_PRI", "REL_B", "CRD_3"),
    ("SRC_PEER", "LNK_COL", "IND_SEC", "REL_B", "CRD_3"),
    ("SRC_MED", "LNK_3RD", "IND_SEC", "REL_C", "CRD_6"),
    ("SRC_MDR", "LNK_SRV", "IND_PRI", "REL_A", "CRD_1"),
)


@dataclass
class Generator:
    """Draws incidents for an organisation that works in some countries.

    Attributes:
        random: The seeded source of all choices.
        countries: Where the organisation works; the first most.
        today: The last day something can have happened.
        recorder: Account id of who records.
    """

    random: random.Random
    countries: Sequence[str]
    today: dt.date
    recorder: str

    def documents(self, count: int) -> Iterator[CaseDocument]:
        """So many incidents."""
        leaves = [code.code for code in codebook().vocabulary("violation_types").leaves()]
        for number in range(count):
            # Every violation of the codebook appears; the rest is drawn with a long tail.
            violation = leaves[number] if number < len(leaves) else self.skewed(leaves)
            yield self.law(violation) if violation.startswith(LAWS) else self.incident(violation)

    def skewed(self, options: Sequence[str]) -> str:
        """One of the options, the early ones far more often."""
        return options[min(int(self.random.paretovariate(0.6)) - 1, len(options) - 1)]

    def id(self) -> str:
        """A random id."""
        return f"{self.random.getrandbits(128):032x}"

    def place(self) -> str:
        """A town of nowhere."""
        return f"{self.random.choice(COLOURS).title()} {self.random.choice(THINGS).title()}"

    def date(self) -> tuple[str, dt.date]:
        """When it happened, as well as it is known, and the day it was reported."""
        day = self.today - dt.timedelta(days=int(self.random.triangular(35, DAYS, 120)))
        told = self.random.choices(
            [
                day.isoformat(),
                f"{day:%Y-%m}",
                f"{day:%Y-%m-%d}~",
                f"{day.isoformat()}/{day + dt.timedelta(days=3)}",
                f"{day:%Y}",
            ],
            [60, 20, 8, 7, 5],
        )[0]
        return told, min(self.today, day + dt.timedelta(days=self.random.randint(1, 30)))

    def setting(self, group: str, **changes: object) -> dict[str, Any]:
        """The incident's own fields."""
        told, reported = self.date()
        place = self.place()
        codes = codebook()
        return {
            "id": self.id(),
            "cell_key": self.random.getrandbits(63) + 1,
            "ref": new_reference(self.random.randbytes),
            "title_working": f"{place}, {group}",
            "narrative": f"Invented for the demo: an incident in the fictional town of {place}. "
            "No such town, person or event exists.",
            "narrative_lang": "en",
            "date_start": told,
            "date_reported": reported.isoformat(),
            "country": self.skewed(self.countries),
            "place_text": f"The fictional {place} corner, {place}",
            "place_precision": "PP_LOC",
            "place_type": self.random.choice([code.code for code in codes.vocabulary("place_types")]),
            "drug_nexus": [self.random.choice([code.code for code in codes.vocabulary("drug_nexus").roots])],
            "time_of_day": self.random.choice(["morning", "noon", "evening", "night", "unknown"]),
        } | changes

    def person(self) -> dict[str, Any]:
        """Somebody, or a group."""
        group = self.random.random() < 0.06
        size = self.random.randint(4, 40)
        numbers = {"unit": "UNIT_GRP", "group_size": size, "group_size_min": size - 2, "group_size_max": size + 6}
        return {
            "id": self.id(),
            "cell_key": self.random.getrandbits(63) + 1,
            "pseudonym": f"{self.random.choice(COLOURS)} {self.random.choice(THINGS)}",
            "name": f"{self.random.choice(THINGS).title()} {self.random.choice(COLOURS).title()} (fictional)",
            "gender": self.random.choices(["GEN_W", "GEN_M", "GEN_NB", "GEN_UNK"], [42, 46, 4, 8])[0],
            "age_band": self.random.choices(
                ["AGE_15_17", "AGE_18_24", "AGE_25_34", "AGE_35_49", "AGE_50_64", "AGE_UNK"], [4, 18, 32, 26, 8, 12]
            )[0],
        } | (numbers if group else {"unit": "UNIT_IND"})

    def consents(self, person: dict[str, Any], *, dead: bool) -> list[dict[str, Any]]:
        """What a person said about each purpose: most agree to be counted, some were not asked, some refuse."""
        told = self.random.choices(["yes", "no", "not_asked"], [78, 6, 16])[0]
        child = person["age_band"] == "AGE_15_17"
        basis = "CB_NOK" if dead else "CB_TEEN" if child else "CB_SELF"
        story = "yes" if told == "yes" and self.random.random() < 0.3 else "no"
        return [
            {
                "id": self.id(),
                "person_id": person["id"],
                "purpose": purpose,
                "answer": answer,
                "given_by": basis,
                "mode": self.random.choice(["CM_ORAL", "CM_WITN", "CM_WRIT"]),
                "explained": YES,
                "given_on": (self.today - dt.timedelta(days=self.random.randint(20, 300))).isoformat(),
            }
            for purpose, answer in (("CP_STORE", "yes"), ("CP_STAT", told), ("CP_STORY", story))
        ]

    def sources(self) -> list[dict[str, Any]]:
        """One to three sources."""
        names = ("source_type", "connection", "independence", "reliability", "credibility")
        drawn = self.random.sample(SOURCES, self.random.choices([1, 2, 3], [45, 40, 15])[0])
        return [
            {"id": self.id(), "citation": f"The fictional {self.place()} Gazette"} | dict(zip(names, one, strict=True))
            for one in drawn
        ]

    def incident(self, violation: str) -> CaseDocument:
        """One incident with one to three people and acts against each."""
        vocabulary = codebook().vocabulary("violation_types")
        group = vocabulary.top(violation)
        killing = group == "LIF" and violation not in {"LIF_ATT", "LIF_THR"}
        press = killing and self.random.random() < 0.4
        persons = [self.person() for _ in range(self.random.choices([1, 2, 3], [80, 14, 6])[0])]
        acts = self.acts(violation, persons, ["OUT_DEAD"] if killing else [])
        actors = ("ST_POL",) if violation in POLICE else ACTORS.get(group, ("ST_POL", "NS_COM", "UN_UNK"))
        actor = self.random.choice(actors)
        answers = [] if press else [one for person in persons for one in self.consents(person, dead=killing)]
        return CaseDocument.model_validate(
            {
                "status": "incomplete" if self.random.random() < 0.05 else "complete",
                "incident": self.setting(group, open_source=press, harm_test_note="Invented." if press else ""),
                "persons": [one | {"deceased": True} for one in persons] if killing else persons,
                "acts": acts,
                "perpetrators": [self.perpetrator(actor, [one["id"] for one in acts])],
                "sources": self.sources(),
                "consents": answers,
                "recorder": self.recorder,
            }
        )

    def acts(self, violation: str, persons: list[dict[str, Any]], outcome: list[str]) -> list[dict[str, Any]]:
        """The same act against each, and of one person something may be asked as well."""
        acts = [
            {"id": self.id(), "person_id": one["id"], "violation": violation, "status_at_end": outcome}
            for one in persons
        ]
        if self.random.random() < 0.35:
            acts.append({"id": self.id(), "person_id": persons[0]["id"], "violation": "POL_EXT"})
        return acts

    def perpetrator(self, actor: str, act_ids: list[str]) -> dict[str, Any]:
        """Who did it, and how that is known."""
        state = actor.startswith(("ST", "SL"))
        return {
            "id": self.id(),
            "act_ids": act_ids,
            "perp_type": actor,
            "involvement": ["INV_DIR"],
            "attribution_basis": [self.random.choice(["ATB_MARK", "ATB_KNOWN", "ATB_ADM"])] if state else [],
            "count_min": 1,
            "count_max": self.random.randint(1, 5),
        }

    def law(self, violation: str) -> CaseDocument:
        """A law, policy or official call: it concerns nobody in particular."""
        return CaseDocument.model_validate(
            {
                "status": "complete",
                "incident": self.setting("LAW", open_source=True, harm_test_note="Invented law of a fictional state."),
                "acts": [{"id": self.id(), "violation": violation, "national_law": "Fictional Act No. 0, article 0"}],
                "sources": self.sources(),
                "recorder": self.recorder,
            }
        )
