"""Questions about a person: what everybody may know first, what is sealed apart last."""

from __future__ import annotations

from typing import Final

from incidents.intake.questions import Kind, Page, Question, Section
from incidents.records.errors import N_

PERSON: Final = Page(
    "people",
    N_("A person or group"),
    "persons",
    (
        Section(
            (
                Question("roles", Kind.MANY, N_("What is this person in the incident?"), source="roles"),
                Question(
                    "unit",
                    Kind.ONE,
                    N_("Is it one person, or several?"),
                    source="victim_attributes/UNIT",
                ),
                Question(
                    "gender",
                    Kind.ONE,
                    N_("Gender"),
                    N_("As the person states it. Never guess from a name or a look."),
                    source="victim_attributes/GEN",
                ),
                Question("age_band", Kind.SELECT, N_("Age when it happened"), source="victim_attributes/AGE"),
                Question("deceased", Kind.YES_NO, N_("Has the person died?"), source="yes_no"),
            )
        ),
        Section(
            (
                Question("group_size", Kind.NUMBER, N_("Best estimate"), optional=True),
                Question("group_size_min", Kind.NUMBER, N_("Lowest credible number"), optional=True),
                Question("group_size_max", Kind.NUMBER, N_("Highest credible number"), optional=True),
            ),
            N_("How many, if it is a group"),
            folded=True,
        ),
        Section(
            (
                Question(
                    "context_role",
                    Kind.MANY,
                    N_("What did the person do, or why were they there?"),
                    source="victim_attributes/ROLE",
                    optional=True,
                ),
                Question(
                    "legal_status",
                    Kind.SELECT,
                    N_("Free or held when it happened"),
                    source="victim_attributes/CIVS",
                    optional=True,
                ),
                Question(
                    "kp_status",
                    Kind.MANY,
                    N_("Communities the person belongs to"),
                    N_(
                        "Only what the person or the source says and the act turns on. Ask before you note "
                        "anything about health."
                    ),
                    source="victim_attributes/KP",
                    optional=True,
                ),
            ),
            N_("Role and community"),
            folded=True,
        ),
        Section(
            (
                Question(
                    "health_status",
                    Kind.NOTE,
                    N_("Health"),
                    N_("Only what the act turns on, and only if the person agrees that you note it."),
                    optional=True,
                ),
                Question(
                    "substances",
                    Kind.LINES,
                    N_("Substances"),
                    N_("Only if the act turns on it; one a line. Never amounts, prices or where from."),
                    optional=True,
                ),
            ),
            N_("Health, only where the act turns on it"),
            folded=True,
        ),
        Section(
            (
                Question("name", Kind.LINE, N_("Name"), optional=True),
                Question("other_names", Kind.LINE, N_("Other names or spellings"), optional=True),
                Question(
                    "residence_area",
                    Kind.LINE,
                    N_("Town or district where the person lives"),
                    N_("Not the address."),
                    optional=True,
                ),
                Question(
                    "contact.channel",
                    Kind.LINE,
                    N_("How to reach the person safely"),
                    N_("Such as a call, or through somebody they trust."),
                    optional=True,
                ),
                Question("contact.value", Kind.LINE, N_("Number or address there"), optional=True),
                Question("contact.safe_times", Kind.LINE, N_("When a message does no harm"), optional=True),
                Question(
                    "contact.note",
                    Kind.NOTE,
                    N_("What else to mind"),
                    N_("Such as who shares the phone."),
                    optional=True,
                ),
                Question(
                    "language",
                    Kind.LINE,
                    N_("Language for contact"),
                    N_("Two or three letters, such as en."),
                    optional=True,
                ),
            ),
            N_("Name and contact"),
            N_(
                "Sealed apart: lists, searches and totals never open it. Leave out what nobody needs to help or "
                "to reach the person."
            ),
            folded=True,
        ),
        Section(
            (
                Question("birth_date", Kind.DATE, N_("Date of birth"), optional=True),
                Question("nationality", Kind.SELECT, N_("Citizenship"), source="countries", optional=True),
                Question("civil_status", Kind.LINE, N_("Married, single or other"), optional=True),
                Question("occupation", Kind.LINE, N_("Work or activity"), optional=True),
                Question(
                    "id_documents",
                    Kind.LINE,
                    N_("Identity papers: kind, number, issuer"),
                    N_("Only for a packet that is being made now. Never a picture of them."),
                    optional=True,
                ),
                Question(
                    "trans_experience",
                    Kind.SELECT,
                    N_("Trans experience"),
                    N_("Only if the person wants it to be said."),
                    source="victim_attributes/TRN",
                    optional=True,
                ),
                Question(
                    "sexual_orientation",
                    Kind.SELECT,
                    N_("Sexual orientation"),
                    N_("Only if the person wants it to be said."),
                    source="victim_attributes/SOR",
                    optional=True,
                ),
            ),
            N_("Only for a UN body, a court or a lawyer"),
            N_("Ask for none of this unless such a submission is planned and the person wants it."),
            folded=True,
        ),
    ),
    N_("Everybody is called by a random pair of words. The name, if you need it at all, is sealed apart."),
)
