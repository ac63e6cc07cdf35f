"""A researcher who writes a canary into every box there is, over HTTP."""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from incidents.codebook.services import codebook
from incidents.records.identifiers import new_id
from incidents.records.story import SIGNS
from tests.contracts.walking import Field, Form, Page, forms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree.ElementTree import Element

    from tests.server.serving import Answer, Client

#: In every canary, so that one search finds any. No word of any page, code or file.
MARK: Final = "KanariVogelQzx"
#: A year that no case, log or system file of today has.
YEAR: Final = "1987"
EXPLAINED: Final = {f"explained.{name}": "y" for name in ("purpose", "recipients", "risks", "withdrawal", "limits")}
TYPED: Final = frozenset({"text", "textarea", "password", "email", "tel", "url", "search"})
MOST_TRIES: Final = 4

Values = dict[str, "str | Sequence[str]"]


@dataclass
class Recorder:
    """Somebody at the form.

    Attributes:
        client: Their browser.
        boxes: Names of all fields that a canary was typed into.
    """

    client: Client
    boxes: set[str] = field(default_factory=set)
    random: random.Random = field(default_factory=lambda: random.Random(7))
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def canary(self) -> str:
        """A text that is nowhere else."""
        return f"{MARK}{next(self._numbers):06d}"

    def code(self, vocabulary: str, facet: str | None = None) -> str:
        """A code by chance."""
        listed = codebook().vocabulary(vocabulary)
        return self.random.choice([code.code for code in (listed.facet(facet) if facet else listed.leaves())])

    def quick(self) -> str:
        """A quick record; the address of the case."""
        return self.fill("/cases/new/quick", {"country": "PH", **self.date(), "source_type": "SRC_PEER"}).location

    def full(self) -> str:
        """The full form, step by step; the address of the case."""
        draft = self.client.post("/drafts").location.rpartition("/")[0]
        self.fill(f"{draft}/safety", {"risk.custody": "yes", "risk.help_arranged": ["lawyer"]})
        self.fill(f"{draft}/what", {"narrative_lang": "en", "drug_nexus": [self.code("drug_nexus")]})
        self.fill(f"{draft}/when", {**self.date(), "time_of_day": "night"})
        self.fill(f"{draft}/where", {"country": "PH", "place_type": self.code("place_types")})
        self.fill(f"{draft}/place", {"adm1": "PH-CEB", "place_precision": "PP_LOC", "release_level": "RL_ADM1"})
        whom, act, by, source = (new_id() for _ in range(4))
        described = {
            "gender": self.code("victim_attributes", "GEN"),
            "age_band": "AGE_25_34",
            "unit": "UNIT_IND",
            "deceased": "no",
        }
        self.fill(f"{draft}/people/{whom}", {"roles": ["victim"], **described})
        self.fill(f"{draft}/acts/{act}", {"violation": "POL_EXT", "person_id": whom})
        self.fill(f"{draft}/details/{act}", {"methods": ["MT_BEAT"], "status_at_end": ["OUT_MON"]})
        self.fill(f"{draft}/perpetrators/{by}", {"act_ids": [act], "perp_type": "ST_POL"})
        self.fill(
            f"{draft}/sources/{source}",
            {"source_type": "SRC_SURV", "connection": "LNK_VIC", "url": f"https://news.example/{self.canary()}"},
        )
        agreed = {"given_by": "CB_SELF", "mode": "CM_ORAL", **EXPLAINED, "answer.CP_STAT": "yes"}
        self.fill(f"{draft}/consent/{whom}", agreed)
        return self.client.post(f"{draft}/check", {"save": "incomplete"}).location

    def unfinished(self) -> None:
        """A draft that is left with something to put right."""
        draft = self.client.post("/drafts").location.rpartition("/")[0]
        boxes = {"date_start-kind": "day", "date_start-day": self.canary(), "date_start-year": self.canary()}
        assert self.client.post(f"{draft}/when", boxes).status == 422

    def open_identity(self, case: str) -> None:
        """Open the identity with a reason that is a canary."""
        assert self.fill(f"{case}/identity", {}).status == 200

    def summarise(self, case: str, checker: Client) -> None:
        """Write the summary; a colleague checks it."""
        self.fill(f"{case}/summary", {})
        assert checker.post(f"{case}/summary/check", {"seen": "2", "signs": list(SIGNS)}).status == 303

    def date(self) -> dict[str, str]:
        """A day of the year that nothing else is of."""
        month, day = self.random.randint(1, 12), self.random.randint(1, 28)
        return {
            "date_start-kind": "day",
            "date_start-day": str(day),
            "date_start-month": str(month),
            "date_start-year": YEAR,
        }

    def fill(self, path: str, given: Mapping[str, str | Sequence[str]]) -> Answer:
        """Type a canary into every box of a form that ``given`` leaves; then empty the boxes that must be put right."""
        shown = self.client.get(path)
        assert shown.status == 200, (path, shown.status)
        values = self._values(_form(shown.text, path), given)
        for _ in range(MOST_TRIES):
            answer = self.client.post(path, values)
            if answer.status != 422:
                return answer
            # A date is put right as a whole: its year cannot be judged while its month is a canary.
            wrong = {name.partition("-")[0] for name in wrong_names(answer.text)}
            for name in [one for one in values if one.partition("-")[0] in wrong and one not in given]:
                del values[name]
        raise AssertionError((path, sorted(wrong_names(answer.text))))

    def _values(self, form: Form, given: Mapping[str, str | Sequence[str]]) -> Values:
        values: Values = {name: found for name, found in form.values().items() if name != "csrf_token"}
        for box in form.fields:
            if _is_text(box) and box.name not in given:
                values[box.name] = self.canary()
                self.boxes.add(box.name)
        return values | given


def _is_text(box: Field) -> bool:
    return box.tag in TYPED


def _form(text: str, path: str) -> Form:
    page = Page(path, 200, "text/html", text)
    found = [form for form in forms(page) if form.action == path and form.method == "post"]
    assert found, path
    return max(found, key=lambda form: len([box for box in form.fields if _is_text(box)]))


def wrong_names(text: str) -> set[str]:
    """Names of the fields that a page's list of errors links to."""
    tree = Page("", 422, "text/html", text).tree
    by_id = {element.get("id"): element for element in tree.iter() if element.get("id")}
    targets = re.findall(r'<li><a href="#([^"]+)">', text)
    return {name for target in targets if target in by_id for name in _names(by_id[target])}


def _names(element: Element) -> list[str]:
    return [one.get("name", "") for one in element.iter() if one.get("name")]
