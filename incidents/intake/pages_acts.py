"""Questions about what was done: first which violation, to whom; then how, and what came of it."""

from __future__ import annotations

from typing import Final

from incidents.intake.questions import Kind, Page, Question, Section
from incidents.records.errors import N_

#: Acts by which somebody was held.
HOLDING: Final = ("LIB", "CDT", "JUS", "TOR", "LIF_CUST", "GBV_RAPE_CUS", "HLT_OAT_PRIS")
#: Acts of which a medical examination may speak.
MEDICAL: Final = ("TOR", "MED", "HLT", "GBV", "REP", "CDT", "VIO_ASLT", "LIF_ATT")
#: Acts in which money may have changed hands.
MONEY: Final = ("POL", "CDT", "VIO", "JUS", "GBV_EXP", "DIS", "HLT")
#: Acts that the six questions of the GBVIMS class: all of the group, and what the codebook maps to it.
GENDERED: Final = ("GBV", "POL_EXT_SEX", "REP", "TOR_CIDT_HUM", "POL_SEARCH_STRIP")


def _tri_state(name: str, label: str, hint: str = "") -> Question:
    return Question(name, Kind.INLINE, label, hint, source="yes_no_unknown")


ACT: Final = Page(
    "acts",
    N_("What was done"),
    "acts",
    (
        Section(
            (
                Question(
                    "person_id",
                    Kind.SELECT,
                    N_("To whom was it done?"),
                    N_("Leave it open for a law or a policy: it is aimed at nobody in particular."),
                    source="persons",
                ),
                Question(
                    "violation",
                    Kind.CODED,
                    N_("What was done?"),
                    N_("Open a group and choose the closest. One act an entry: add another for what else was done."),
                    source="violation_types",
                ),
            )
        ),
    ),
)
_TORTURE: Final = Section(
    (
        _tri_state("torture_elements.pain", N_("Did it cause severe pain or suffering?")),
        _tri_state("torture_elements.intent", N_("Was it inflicted on purpose?")),
        _tri_state(
            "torture_elements.purpose",
            N_("Was it done for something, such as a confession or as a punishment?"),
        ),
        _tri_state("torture_elements.official", N_("Was an official behind it, or did one let it happen?")),
        Question(
            "purpose",
            Kind.MANY,
            N_("What was it done for?"),
            source="act_purpose",
            optional=True,
        ),
    ),
    N_("The four elements of torture"),
    N_("Torture needs four yes answers. With fewer, choose ill-treatment or assault."),
    only_for=("TOR",),
)
_GENDER: Final = Section(
    (
        _tri_state(
            "gbv_questions.penetration", N_("1. Was there penetration, however slight, of any part of the body?")
        ),
        _tri_state("gbv_questions.contact", N_("2. Was there unwanted sexual contact?")),
        _tri_state("gbv_questions.physical", N_("3. Was there physical violence?")),
        _tri_state("gbv_questions.marriage", N_("4. Was it a forced or early marriage?")),
        _tri_state(
            "gbv_questions.denial",
            N_("5. Were money, services or opportunities refused or taken?"),
        ),
        _tri_state("gbv_questions.psychological", N_("6. Was there psychological or emotional abuse?")),
        Question(
            "gbv_core_type",
            Kind.SELECT,
            N_("Another kind than the questions give"),
            N_("Leave this open: the first yes decides. Set it only when you know why the questions mislead here."),
            source="gbv_core_type",
            optional=True,
        ),
    ),
    N_("The kind of gender-based violence"),
    N_("Ask in this order, and stop at the first yes. Never press anybody for an answer."),
    only_for=GENDERED,
)
_HOW: Final = (
    Section(
        (Question("methods", Kind.MANY, N_("Choose all that were used"), source="methods", optional=True),),
        N_("How was it done?"),
        folded=True,
    ),
    Section(
        (Question("status_at_end", Kind.MANY, N_("Choose all that are known"), source="outcomes", optional=True),),
        N_("What became of the person?"),
        folded=True,
    ),
    Section((Question("stated_reason", Kind.NOTE, N_("What reason did those who did it give?"), optional=True),)),
)
_HARM: Final = Section(
    (
        Question("physical_consequences", Kind.NOTE, N_("Harm to the body"), optional=True),
        Question(
            "psych_consequences",
            Kind.NOTE,
            N_("Harm to the mind"),
            N_("As the person says it. This is no diagnosis."),
            optional=True,
        ),
        Question(
            "age_at_act",
            Kind.NUMBER,
            N_("Age in years when it was done"),
            N_("Only if it is known and matters: the age group stands with the person."),
            optional=True,
        ),
    ),
    N_("Harm that was done"),
    folded=True,
)
_DETENTION: Final = Section(
    (
        Question(
            "detention_detail.held_by",
            Kind.LINE,
            N_("Who held the person?"),
            N_("The authority or the kind of people, not a name."),
            optional=True,
        ),
        Question("detention_detail.date_held", Kind.DATE, N_("From when, to when?"), optional=True),
        Question(
            "detention_detail.legal_ground",
            Kind.NOTE,
            N_("Which law or reason was given?"),
            optional=True,
        ),
        _tri_state("detention_detail.warrant", N_("Was a warrant shown?")),
        _tri_state("detention_detail.whereabouts_acknowledged", N_("Did they admit that they held the person?")),
        _tri_state("detention_detail.lawyer", N_("Could the person see a lawyer?")),
        _tri_state("detention_detail.family_contact", N_("Could the person reach their family?")),
        Question(
            "detention_detail.court",
            Kind.NOTE,
            N_("Was the person brought before a court? Which, when, and what came of it?"),
            optional=True,
        ),
    ),
    N_("Being held"),
    folded=True,
    only_for=HOLDING,
)
_DEATH: Final = Section(
    (
        Question(
            "death_detail.cause",
            Kind.NOTE,
            N_("What did the person die of?"),
            N_("As well as it is known, and who says so."),
            optional=True,
        ),
        Question(
            "death_detail.manner",
            Kind.NOTE,
            N_("How did it come about?"),
            N_("Such as by another's hand, an accident, or not decided."),
            optional=True,
        ),
        _tri_state("death_detail.autopsy", N_("Was there an autopsy?")),
        _tri_state("death_detail.certificate", N_("Is there a death certificate?")),
        Question(
            "death_detail.body_location",
            Kind.LINE,
            N_("Where is the body, or where was it found?"),
            N_("Sealed apart: opened only with a stated reason."),
            optional=True,
        ),
    ),
    N_("The death"),
    folded=True,
    only_for=("LIF",),
)
_MEDICAL: Final = Section(
    (
        Question("medical_detail.exam_date", Kind.DATE, N_("When was the person examined?"), optional=True),
        Question(
            "medical_detail.clinician",
            Kind.LINE,
            N_("Who examined?"),
            N_("Sealed apart: opened only with a stated reason."),
            optional=True,
        ),
        Question("medical_detail.findings", Kind.NOTE, N_("What was found?"), optional=True),
        Question(
            "medical_detail.consistency",
            Kind.ONE,
            N_("How well does it fit what the person tells?"),
            N_("A clinician's word. A body without marks disproves nothing."),
            source="grading/CON",
            optional=True,
        ),
    ),
    N_("A medical examination"),
    folded=True,
    only_for=MEDICAL,
)
_MONEY: Final = Section(
    (
        Question(
            "amount_extorted.amount",
            Kind.MONEY,
            N_("How much was demanded or taken?"),
            N_("In digits, such as 1500 or 19.50."),
            optional=True,
        ),
        Question(
            "amount_extorted.currency",
            Kind.LINE,
            N_("In which currency?"),
            N_("Three letters, such as KES or USD."),
            optional=True,
        ),
        Question(
            "amount_band",
            Kind.SELECT,
            N_("About how much is that in US dollars?"),
            N_("Totals show only this. For a sum in US dollars it is filled in."),
            source="amount_band",
            optional=True,
        ),
    ),
    N_("Money"),
    folded=True,
    only_for=MONEY,
)
_RIGHTS: Final = Section(
    (
        Question(
            "rights",
            Kind.MANY,
            N_("Other rights than those that follow"),
            N_("Leave this open unless the rights that follow from the act are wrong here."),
            source="rights",
            optional=True,
        ),
        Question(
            "national_law",
            Kind.NOTE,
            N_("Which law of the country was used, or broken?"),
            N_("Its name and article alone. It may be published: nothing about the case."),
            optional=True,
        ),
    ),
    N_("Rights and law"),
    folded=True,
)
_PRIMARY: Final = Section(
    (
        Question(
            "is_primary",
            Kind.FLAG,
            N_("Let this act stand for the person in headline counts"),
            N_("Otherwise the gravest act stands, by a fixed order."),
        ),
        Question("primary_reason", Kind.NOTE, N_("Why?"), optional=True),
    ),
    N_("When several things were done to one person"),
    folded=True,
)
DETAILS: Final = Page(
    "details",
    N_("How it was done, and what came of it"),
    "acts",
    (_TORTURE, _GENDER, *_HOW, _HARM, _DETENTION, _DEATH, _MEDICAL, _MONEY, _RIGHTS, _PRIMARY),
)
