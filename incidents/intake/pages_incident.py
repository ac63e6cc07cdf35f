"""Questions about the incident as a whole."""

from __future__ import annotations

from typing import Final

from incidents.intake.questions import Kind, Page, Question, Section
from incidents.records.errors import N_

_LEAVE_OUT: Final = N_(
    "Who did what to whom, in order; facts apart from opinion. Leave out where drugs come from, prices and "
    "amounts, and the names of other people who use drugs."
)
NARRATIVE: Final = Question("narrative", Kind.NARRATIVE, N_("What happened?"), _LEAVE_OUT)
DATE_START: Final = Question(
    "date_start",
    Kind.DATE,
    N_("When did it happen, or begin?"),
    N_("The date on the calendar of the place. A month, a year or a guess will do."),
)
COUNTRY: Final = Question("country", Kind.SELECT, N_("In which country?"), source="countries")
PLACE_TEXT: Final = Question(
    "place_text",
    Kind.NOTE,
    N_("Where exactly?"),
    N_("Town, street, name of a station or facility. Sealed apart: opened only with a stated reason."),
    optional=True,
)
_WORDS: Final = N_("Choose this only when no number is known: it fills in the lowest that the word allows.")
#: How many, where more were harmed or killed than the persons of the record; never asked first.
NUMBERS: Final = (
    Section(
        (
            Question("persons_affected_min", Kind.NUMBER, N_("Lowest credible number affected"), optional=True),
            Question(
                "persons_affected_best",
                Kind.NUMBER,
                N_("Best number affected"),
                N_("Until a second source says more, the lowest."),
                optional=True,
            ),
            Question("persons_affected_max", Kind.NUMBER, N_("Highest credible number affected"), optional=True),
            Question(
                "persons_affected_said",
                Kind.SELECT,
                N_("Or in the words of the source"),
                _WORDS,
                source="number_words",
                optional=True,
                helper=True,
            ),
        ),
        N_("How many people were affected, if more than a few"),
        folded=True,
    ),
    Section(
        (
            Question("killed_min", Kind.NUMBER, N_("Lowest credible number killed"), optional=True),
            Question(
                "killed_best",
                Kind.NUMBER,
                N_("Best number killed"),
                N_("Until a second source says more, the lowest."),
                optional=True,
            ),
            Question("killed_max", Kind.NUMBER, N_("Highest credible number killed"), optional=True),
            Question(
                "killed_said",
                Kind.SELECT,
                N_("Or in the words of the source"),
                _WORDS,
                source="number_words",
                optional=True,
                helper=True,
            ),
        ),
        N_("How many people were killed, if several"),
        folded=True,
    ),
)
WHAT: Final = Page(
    "what",
    N_("What happened"),
    "incident",
    (
        Section(
            (
                NARRATIVE,
                Question(
                    "drug_nexus",
                    Kind.MANY,
                    N_("How is it linked to drugs?"),
                    N_("Choose all that apply. Without a link it does not belong here: refer the person on."),
                    source="drug_nexus",
                ),
            )
        ),
        *NUMBERS,
        Section(
            (
                Question(
                    "narrative_lang",
                    Kind.LINE,
                    N_("In which language is this written?"),
                    N_("Two or three letters, such as en."),
                    optional=True,
                ),
                Question(
                    "title_working",
                    Kind.LINE,
                    N_("Working title"),
                    N_("By which you will find it again. Never a name."),
                    optional=True,
                ),
            ),
            N_("Working title and language"),
            folded=True,
        ),
        Section(
            (
                Question(
                    "themes",
                    Kind.MANY,
                    N_("Other themes than those that follow from what was done"),
                    N_("Leave this open unless the themes that follow are wrong here."),
                    source="themes",
                    optional=True,
                ),
            ),
            N_("Themes"),
            folded=True,
        ),
    ),
)
WHEN: Final = Page(
    "when",
    N_("When it happened"),
    "incident",
    (
        Section(
            (
                DATE_START,
                Question("date_reported", Kind.DAY, N_("When did the account reach you?")),
            )
        ),
        Section(
            (
                Question("time_of_day", Kind.INLINE, N_("Part of the day"), source="time_of_day", optional=True),
                Question(
                    "date_end",
                    Kind.DATE,
                    N_("When did it end?"),
                    N_("Only if it lasted for more than a day."),
                    optional=True,
                ),
            ),
            N_("Part of the day, and when it ended"),
            folded=True,
        ),
        Section(
            (
                Question(
                    "date_precision",
                    Kind.SELECT,
                    N_("How well is the date known?"),
                    N_("It follows from the date. Choose only where that is wrong."),
                    source="date_precision",
                    optional=True,
                ),
            ),
            N_("When the date is surer, or less sure, than it looks"),
            folded=True,
        ),
    ),
)
WHERE: Final = Page(
    "where",
    N_("Where it happened"),
    "incident",
    (
        Section(
            (
                COUNTRY,
                Question("place_type", Kind.SELECT, N_("What kind of place was it?"), source="place_types"),
            )
        ),
        Section(
            (
                Question(
                    "network",
                    Kind.MANY,
                    N_("Regional network"),
                    N_("It follows from the country. Choose only where that is wrong; the first stands in totals."),
                    source="networks",
                    optional=True,
                ),
            ),
            N_("Another network than that of the country"),
            folded=True,
        ),
    ),
)
PLACE: Final = Page(
    "place",
    N_("The place more closely"),
    "incident",
    (
        Section(
            (
                Question(
                    "adm1",
                    Kind.SELECT,
                    N_("In which area of the country?"),
                    N_("Province, state, region or similar. The list follows from the country you chose."),
                    source="areas",
                    optional=True,
                ),
                PLACE_TEXT,
                Question(
                    "place_precision",
                    Kind.SELECT,
                    N_("How well is the place known?"),
                    source="place_precision",
                    optional=True,
                ),
                Question(
                    "release_level",
                    Kind.ONE,
                    N_("How finely may the place be shown outside your organisation?"),
                    N_("At most this, and only in protected totals."),
                    source="release_level",
                ),
            )
        ),
    ),
)
OPEN_SOURCE: Final = Page(
    "consent",
    N_("Consent"),
    "incident",
    (
        Section(
            (
                Question(
                    "open_source",
                    Kind.FLAG,
                    N_("Every fact of this record is public already"),
                    N_(
                        "Only for cases taken from the press or other public sources, when nobody could be asked. "
                        "They may be counted in protected totals, and no more."
                    ),
                ),
                Question(
                    "harm_test_note",
                    Kind.NOTE,
                    N_("Why does counting these public facts harm nobody?"),
                    N_("Needed when every fact is public already."),
                    optional=True,
                ),
            )
        ),
    ),
)
