"""Questions about who did it and how it is known."""

from __future__ import annotations

from typing import Final

from incidents.intake.questions import Kind, Page, Question, Section
from incidents.records.errors import N_

CITATION: Final = Question(
    "citation",
    Kind.NOTE,
    N_("Who told it, or who published it and when?"),
    N_("Sealed apart: opened only with a stated reason."),
    optional=True,
)
PERPETRATOR: Final = Page(
    "perpetrators",
    N_("Who did it"),
    "perpetrators",
    (
        Section(
            (
                Question("act_ids", Kind.MANY, N_("Which of the acts?"), source="acts"),
                Question(
                    "perp_type",
                    Kind.CODED,
                    N_("What kind of actor?"),
                    N_("What the accounts say. If nobody knows, choose unidentified."),
                    source="perpetrator_types",
                ),
                Question(
                    "attribution_basis",
                    Kind.MANY,
                    N_("What points to them?"),
                    N_("A State actor needs a reason that would stand up to a question."),
                    source="involvement/ATB",
                ),
            )
        ),
        Section(
            (
                Question(
                    "involvement",
                    Kind.MANY,
                    N_("What did they do, or fail to do?"),
                    source="involvement/INV",
                    optional=True,
                ),
                Question(
                    "relationship",
                    Kind.SELECT,
                    N_("What are they to the person harmed?"),
                    N_("Such as a partner, an employer, or a landlord."),
                    source="perpetrator_types",
                    optional=True,
                ),
                Question("count_min", Kind.NUMBER, N_("At least how many were they?"), optional=True),
                Question("count_max", Kind.NUMBER, N_("At most how many?"), optional=True),
                Question(
                    "official_position",
                    Kind.SELECT,
                    N_("What do they say about it?"),
                    source="involvement/OFR",
                    optional=True,
                ),
                Question(
                    "accountability",
                    Kind.SELECT,
                    N_("What has happened to them since?"),
                    source="involvement/PST",
                    optional=True,
                ),
                Question("as_of", Kind.DAY, N_("Since which day is that known?"), optional=True),
                Question(
                    "person_id",
                    Kind.SELECT,
                    N_("Do they stand among the persons of this record?"),
                    source="persons",
                    optional=True,
                ),
            ),
            N_("Their part in it"),
            folded=True,
        ),
        Section(
            (
                Question("unit_name", Kind.LINE, N_("Station or unit"), optional=True),
                Question("individual_name", Kind.LINE, N_("Name and rank"), optional=True),
                Question("description", Kind.NOTE, N_("Marks, uniform, vehicle"), optional=True),
            ),
            N_("Names"),
            N_("Sealed apart. Facts only, as the source gives them: an accusation is not a finding."),
            folded=True,
        ),
    ),
)
SOURCE: Final = Page(
    "sources",
    N_("How do we know"),
    "sources",
    (
        Section(
            (
                Question("source_type", Kind.SELECT, N_("What kind of source is it?"), source="sources/SRC"),
                Question("connection", Kind.SELECT, N_("How does the source know?"), source="sources/LNK"),
                Question(
                    "independence",
                    Kind.ONE,
                    N_("Is it independent of the other sources?"),
                    source="sources/IND",
                ),
                Question("date_of_material", Kind.DAY, N_("Date of the material"), optional=True),
            )
        ),
        Section(
            (
                CITATION,
                Question(
                    "url",
                    Kind.LINE,
                    N_("Address on the internet"),
                    N_("It may lead to the person harmed."),
                    optional=True,
                ),
                Question("confidential", Kind.FLAG, N_("Keep this source to ourselves")),
            ),
            N_("The source itself"),
        ),
        Section(
            (
                Question(
                    "reliability",
                    Kind.ONE,
                    N_("How far can this source be trusted, whatever it says this time?"),
                    source="grading/REL",
                ),
                Question(
                    "credibility",
                    Kind.ONE,
                    N_("How far can this piece of information be believed, whoever brings it?"),
                    source="grading/CRD",
                ),
            ),
            N_("How far it can be trusted"),
            N_("Leave both as they are for a first contact: “cannot be judged” is no bad mark."),
            folded=True,
        ),
        Section(
            (
                Question(
                    "same_origin_as",
                    Kind.SELECT,
                    N_("Does it only repeat another source?"),
                    N_("Two that go back to the same telling count as one."),
                    source="other_sources",
                    optional=True,
                ),
                Question(
                    "person_id",
                    Kind.SELECT,
                    N_("Is it somebody of this record?"),
                    source="persons",
                    optional=True,
                ),
                Question(
                    "document_id",
                    Kind.SELECT,
                    N_("Is it, or did it come with, one of the files?"),
                    source="files",
                    optional=True,
                ),
            ),
            N_("How it hangs together with the rest"),
            folded=True,
        ),
    ),
)
