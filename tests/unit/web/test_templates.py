"""The macros' markup: labels bound to fields, nothing typed lost or run, counts that cannot turn round."""

from __future__ import annotations

import gzip
import re
from typing import Any

import html5lib
import pytest
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, FormField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from incidents.codebook.services import codebook
from incidents.summaries import charts, world
from incidents.summaries.charts import Datum, Estimate
from tests.browser.gallery import environment, gallery, render
from tests.browser.gallery.samples import CaseForm, DateForm, empty_form, wrong_form

LOCALES = ("en", "en-XA", "ar-XB")
GALLERY = ("form.html", "tables.html", "figures.html")
ERRORS = (400, 403, 404, 409, 413, 429, 500)


def snippet(source: str, **values: Any) -> str:
    """A line of template with every macro file imported."""
    imports = "".join(
        f'{{% import "macros/{name}.html" as {name} with context %}}'
        for name in ("page", "fields", "tables", "figures")
    )
    return environment().from_string(imports + source).render(**values)


def tree(html: str) -> Any:
    return html5lib.HTMLParser(strict=False, namespaceHTMLElements=False).parse(html)


def elements(html: str, name: str) -> list[Any]:
    """All elements of a name, those of SVG too."""
    return [element for element in tree(html).iter() if str(element.tag).rpartition("}")[2] == name]


def words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def cells(html: str) -> list[str]:
    """What stands in the body of the one table."""
    (body,) = elements(html, "tbody")
    return [words(cell) for cell in body.iter() if cell.tag in {"th", "td"}]


# ---- whole pages ----


@pytest.mark.parametrize("code", LOCALES)
@pytest.mark.parametrize("name", GALLERY)
def test_a_page_is_valid_html(name: str, code: str) -> None:
    html5lib.HTMLParser(strict=True).parse(gallery(name, code))


@pytest.mark.parametrize("code", LOCALES)
@pytest.mark.parametrize("name", GALLERY)
def test_a_page_says_its_language_and_direction_and_has_one_heading(name: str, code: str) -> None:
    page = tree(gallery(name, code))
    assert (page.get("lang"), page.get("dir")) == (code, "rtl" if code == "ar-XB" else "ltr")
    assert len(list(page.iter("h1"))) == 1


@pytest.mark.parametrize("name", GALLERY)
def test_ids_are_unique_and_every_reference_has_its_target(name: str) -> None:
    html = gallery(name)
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    named = [word for value in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', html) for word in value.split()]
    targets = named + re.findall(r'\sfor="([^"]+)"', html) + re.findall(r'href="#([^"]+)"', html)
    assert set(targets + re.findall(r"url\(#([^)]+)\)", html)) <= set(ids)


@pytest.mark.parametrize("name", GALLERY)
def test_every_input_has_a_label(name: str) -> None:
    html = gallery(name)
    bound = {label.get("for") for label in elements(html, "label")}
    for kind in ("input", "select", "textarea"):
        for control in elements(html, kind):
            assert control.get("type") == "hidden" or control.get("id") in bound


@pytest.mark.parametrize("name", GALLERY)
def test_every_form_that_posts_carries_the_token(name: str) -> None:
    for form in elements(gallery(name), "form"):
        tokens = [field for field in form.iter("input") if field.get("name") == "csrf_token"]
        assert len(tokens) == (1 if form.get("method") == "post" else 0)


@pytest.mark.parametrize("code", LOCALES)
@pytest.mark.parametrize("name", GALLERY)
def test_a_page_stays_small(name: str, code: str) -> None:
    html = gallery(name, code).encode()
    assert len(html) <= 62_000  # the gallery's form has every macro and the whole codebook: a page has one of them
    assert len(gzip.compress(html, mtime=0)) <= 15_000


def test_a_page_for_nobody_has_no_way_out_but_the_quick_one() -> None:
    html = environment(signed_in=False).get_template("errors/404.html").render(navigation=[])
    assert "/accounts/logout" not in html
    assert 'class="leave"' in html


def test_the_quick_way_out_tells_nobody_where_one_was() -> None:
    (leave,) = [link for link in elements(gallery("tables.html"), "a") if link.get("class") == "leave"]
    assert {"noreferrer", "noopener"} <= set(leave.get("rel").split())


@pytest.mark.parametrize("status", ERRORS)
def test_an_error_page_says_what_to_do(status: int) -> None:
    page = tree(render(f"errors/{status}.html"))
    (main,) = page.iter("main")
    assert str(status) in words(main)
    assert len(list(main.iter("p"))) >= 3


class LoginForm(Form):
    """As the log-in page gets it."""

    username = StringField("Username", [InputRequired("Give your username.")])
    passphrase = PasswordField("Passphrase", [InputRequired("Give your passphrase.")])
    own_device = BooleanField("This is my own device.")


def test_the_log_in_page_never_shows_a_passphrase_again() -> None:
    form = LoginForm(MultiDict({"username": "nadia.example", "passphrase": "correct horse of fiction"}))
    html = render("accounts/login.html", form=form)
    assert "correct horse" not in html
    assert "nadia.example" in html


def test_a_page_with_errors_says_so_first_in_its_title() -> None:
    form = LoginForm(MultiDict())
    form.validate()
    (title,) = elements(render("accounts/login.html", form=form), "title")
    assert words(title) == "Error: Log in – Tala"


# ---- fields ----


def test_what_was_typed_comes_back_and_does_not_run() -> None:
    (area,) = elements(gallery("form.html"), "textarea")
    assert "<script>alert" in area.text
    assert not elements(gallery("form.html"), "script")


def test_a_leading_empty_line_is_kept() -> None:
    class Note(Form):
        note = TextAreaField("Note")

    html = snippet("{{ fields.textarea(form.note) }}", form=Note(MultiDict({"note": "\nsecond line"})))
    assert elements(html, "textarea")[0].text == "\nsecond line"


def test_the_browser_is_never_asked_to_refuse_or_cut_what_is_typed() -> None:
    class Strict(Form):
        short = StringField("Short", [InputRequired(), Length(max=3)])
        long = TextAreaField("Long", [InputRequired(), Length(max=3)])

    html = snippet("{{ fields.text(form.short) }}{{ fields.textarea(form.long, limit=3) }}", form=Strict())
    assert not re.search(r"\s(required|maxlength|minlength|pattern)\b", html)
    assert "Up to" in html


def test_an_error_is_tied_to_its_field_and_linked_from_the_top() -> None:
    html = snippet("{{ fields.problems(form) }}{{ fields.text(form.title) }}", form=wrong_form())
    (control,) = [field for field in elements(html, "input") if field.get("name") == "title"]
    assert control.get("aria-invalid") == "true"
    assert "title-error" in control.get("aria-describedby").split()
    assert '<a href="#title">Give a working title.</a>' in html


def test_a_hint_is_read_before_an_error() -> None:
    html = snippet("{{ fields.text(form.title, hint='Never a name.') }}", form=wrong_form())
    assert 'aria-describedby="title-hint title-error"' in html


def test_an_error_in_a_part_of_a_date_is_linked_to_that_part() -> None:
    html = snippet("{{ fields.problems(form) }}{{ fields.date(form.when) }}", form=wrong_form())
    assert 'href="#when-day"' in html
    assert 'aria-describedby="when-day-error"' in html


def test_a_form_without_errors_has_no_summary() -> None:
    assert snippet("{{ fields.problems(form) }}", form=empty_form()).strip() == ""


def test_an_optional_field_says_so() -> None:
    html = snippet("{{ fields.text(form.title) }}{{ fields.text(form.contact) }}", form=empty_form())
    assert [words(label) for label in elements(html, "label")] == ["Working title", "Contact (optional)"]


def test_the_first_choice_bears_the_id_that_errors_link_to() -> None:
    html = snippet("{{ fields.radios(form.known) }}", form=wrong_form())
    assert [field.get("id") for field in elements(html, "input")] == ["known", "known-1", "known-2"]


def test_a_group_of_choices_is_a_fieldset_with_its_question() -> None:
    html = snippet("{{ fields.checkboxes(form.harms) }}", form=wrong_form())
    (legend,) = elements(html, "legend")
    assert words(legend) == "What did it do?"
    assert [field.get("value") for field in elements(html, "input") if field.get("checked") is not None] == ["job"]


def test_a_question_can_be_the_heading_of_its_page() -> None:
    html = snippet("{{ fields.radios(form.known, heading=true) }}", form=empty_form())
    assert words(elements(html, "h1")[0]) == "How is this known?"


def test_a_list_of_choices_can_have_groups() -> None:
    class Grouped(Form):
        place = SelectField(
            "Place",
            choices=[
                SelectChoice("XA", "Alpha", optgroup="North"),
                SelectChoice("XB", "Beta", optgroup="South"),
            ],
        )

    html = snippet("{{ fields.select(form.place) }}", form=Grouped(MultiDict({"place": "XB"})))
    assert [group.get("label") for group in elements(html, "optgroup")] == ["North", "South"]
    assert [o.get("value") for o in elements(html, "option") if o.get("selected") is not None] == ["XB"]


def coded(chosen: list[str], **options: Any) -> str:
    form = CaseForm(MultiDict([("violation", code) for code in chosen]))
    vocabulary = codebook().vocabulary("violation_types")
    source = "{{ fields.coded(form.violation, vocabulary, multiple=true, **options) }}"
    return snippet(source, form=form, vocabulary=vocabulary, options=options)


def test_every_code_of_a_long_list_can_be_chosen_and_is_defined() -> None:
    html = coded([])
    vocabulary = codebook().vocabulary("violation_types")
    assert {field.get("value") for field in elements(html, "input")} == {code.code for code in vocabulary}
    shown = words(tree(html))
    assert all(" ".join(code.definition.split()) in shown for code in vocabulary)


def test_a_group_with_a_choice_in_it_is_open_and_says_how_many() -> None:
    groups = [group for group in elements(coded(["LIF_EJK_OP", "LIF"]), "details") if group.get("open") is not None]
    assert len(groups) == 1
    assert "2 chosen" in words(groups[0].find("summary"))


def test_a_code_that_left_the_list_does_not_break_the_page() -> None:
    assert not [group for group in elements(coded(["NO_SUCH_CODE"]), "details") if group.get("open") is not None]


def test_the_group_itself_need_not_be_offered() -> None:
    assert "LIF" not in {field.get("value") for field in elements(coded([], group_choice=False), "input")}


def test_one_choice_from_a_long_list_is_a_radio() -> None:
    class One(Form):
        violation = RadioField("Which?", validate_choice=False)

    html = snippet(
        "{{ fields.coded(form.violation, vocabulary) }}",
        form=One(MultiDict({"violation": "LIF_EJK"})),
        vocabulary=codebook().vocabulary("violation_types"),
    )
    assert {field.get("type") for field in elements(html, "input")} == {"radio"}
    assert [f.get("value") for f in elements(html, "input") if f.get("checked") is not None] == ["LIF_EJK"]


def test_a_date_keeps_its_seven_parts() -> None:
    class Dated(Form):
        when = FormField(DateForm, "When?")

    html = snippet("{{ fields.date(form.when) }}", form=Dated())
    names = {field.get("name") for field in elements(html, "input")}
    assert names == {f"when-{part}" for part in ("kind", "day", "month", "year", "to_day", "to_month", "to_year")}


def test_a_button_can_send_a_name_or_go_elsewhere() -> None:
    html = snippet("{{ fields.button('Later', kind='second', name='later', action='/drafts') }}")
    (button,) = elements(html, "button")
    assert (button.get("name"), button.get("value"), button.get("formaction")) == ("later", "1", "/drafts")


# ---- tables ----


def test_counts_are_isolated_and_grouped() -> None:
    assert snippet("{{ tables.count(1204) }}") == "<bdi>1\u202f204</bdi>"


def test_a_small_cell_says_that_nobody_may_publish_it() -> None:
    assert "do not publish" in snippet("{{ tables.count(3, small=true) }}")


@pytest.mark.parametrize(("reason", "said"), [("small", "too few"), ("linked", "another number")])
def test_a_hidden_cell_says_why_and_shows_no_number(reason: str, said: str) -> None:
    html = snippet("{{ tables.hidden_cell(reason) }}", reason=reason)
    assert said in html
    assert not re.search(r"\d", html)


def test_a_range_collapses_when_nothing_is_uncertain() -> None:
    assert snippet("{{ page.range(2, 2, 2) }}") == "<bdi>2</bdi>"
    assert words(tree(snippet("{{ page.range(1, 2, 5) }}"))) == "2 (1 to 5)"


def test_a_table_has_a_caption_scopes_and_a_region_that_takes_the_keyboard() -> None:
    html = snippet(
        "{{ tables.table('Persons', [{'label': 'Place'}, {'label': 'N', 'numeric': true}], [['North', 4]]) }}"
    )
    page = tree(html)
    (region,) = [block for block in page.iter("div") if block.get("role") == "region"]
    assert (region.get("tabindex"), region.get("aria-label")) == ("0", "Persons")
    assert [head.get("scope") for head in page.iter("th")] == ["col", "col", "row"]
    assert words(next(page.iter("td"))) == "4"


def test_cells_are_escaped_and_nothing_known_is_said_in_words() -> None:
    html = snippet("{{ tables.table('T', [{'label': 'A'}, {'label': 'B'}], [['<b>x</b>', none]]) }}")
    assert "&lt;b&gt;" in html
    assert "not known" in html


def test_a_sorted_column_says_its_order() -> None:
    column = {"label": "Month", "href": "?sort=month", "sorted": "descending"}
    (head,) = elements(snippet("{{ tables.table('T', [column], [['x']], header=false) }}", column=column), "th")
    assert head.get("aria-sort") == "descending"
    assert words(head) == "Month ↓"


def test_an_empty_table_says_so_in_words() -> None:
    html = snippet("{{ tables.table('T', [{'label': 'A'}], [], empty='No case fits these filters.') }}")
    assert not elements(html, "table")
    assert "No case fits" in html


def test_a_single_page_has_no_pager() -> None:
    assert snippet("{{ tables.pager(1, 1) }}").strip() == ""


def test_a_link_to_change_an_answer_names_the_answer() -> None:
    html = snippet("{{ tables.summary_list([{'key': 'Country', 'value': 'XA', 'href': '/x'}]) }}")
    assert words(elements(html, "a")[0]) == "Change Country"


# ---- figures ----


def bars(**options: Any) -> str:
    data = [
        Datum("North", 12, href="?north"),
        Datum("South", 3, small=True),
        Datum("East", None, hidden="small"),
    ]
    source = "{{ figures.bars('f', 'North is largest', 'Cases', chart, ['Area', 'Cases'], **options) }}"
    return snippet(source, chart=charts.bars(data), options=options)


def test_a_figure_says_what_it_is_not_and_has_its_table() -> None:
    html = bars(definition="One case counts once.")
    assert "Documented cases, not prevalence." in html
    assert "One case counts once." in html
    assert cells(html) == ["North", "12", "South", "3 internal, do not publish", "East", "hidden, too few"]


def test_a_bar_is_named_in_words_beside_it_and_can_be_opened() -> None:
    html = bars()
    assert elements(html, "li")[0].find("span/a").get("href") == "?north"
    assert "internal, do not publish" in words(elements(html, "li")[1])


def test_parts_of_a_stack_differ_by_more_than_colour() -> None:
    chart = charts.stacks([("All", [Datum("", 4), Datum("", 3), Datum("", 2), Datum("", 1)])])
    html = snippet("{{ figures.stacked('f', 'T', 'M', chart, ['A', 'B', 'C', 'D'], ['Who', 'All']) }}", chart=chart)
    parts = [rect for rect in elements(html, "rect") if "part" in rect.get("class", "")]
    assert [rect.get("fill") for rect in parts] == [None, "url(#f-2)", "url(#f-3)", "url(#f-4)"]


def test_a_sum_with_a_hidden_part_is_hidden_too() -> None:
    chart = charts.stacks([("All", [Datum("", 40), Datum("", None, hidden="small")])])
    html = snippet("{{ figures.stacked('f', 'T', 'M', chart, ['A', 'B'], ['Who', 'All']) }}", chart=chart)
    assert "hidden to protect another number" in words(elements(html, "li")[-1])


def test_a_gap_in_time_is_hatched_and_explained() -> None:
    chart = charts.columns({203101: Datum("2031-01", 4)}, first=203101, last=203102)
    html = snippet("{{ figures.columns('f', 'T', 'M', chart, ['Month', 'Cases']) }}", chart=chart)
    assert 'fill="url(#f-gap)"' in html
    assert "It does not mean that nothing happened" in html
    assert cells(html) == ["2031-01", "4", "2031-02", "not known"]


def test_time_without_gaps_explains_none() -> None:
    chart = charts.columns({203101: Datum("2031-01", 4)}, first=203101, last=203101)
    html = snippet("{{ figures.columns('f', 'T', 'M', chart, ['Month', 'Cases']) }}", chart=chart)
    assert "gap" not in html


def test_a_line_has_low_best_and_high_in_its_table() -> None:
    chart = charts.line({203101: Estimate(1, 2, 5), 203102: None}, first=203101, last=203102)
    html = snippet("{{ figures.line('f', 'T', 'M', chart, ['Month', 'Low', 'Best', 'High']) }}", chart=chart)
    assert cells(html) == ["2031-01", "1", "2", "5", "2031-02", *["not known"] * 3]


def test_a_drawing_is_an_image_named_by_its_finding() -> None:
    chart = charts.columns({203101: Datum("2031-01", 4)}, first=203101, last=203101)
    html = snippet("{{ figures.columns('f', 'T', 'M', chart, ['Month', 'Cases']) }}", chart=chart)
    (drawing,) = [svg for svg in elements(html, "svg") if svg.get("role") == "img"]
    assert drawing.get("aria-labelledby") == "f-title"


def world_map(values: dict[str, int | None]) -> str:
    data = [Datum(country, value, hidden=None if value else "small") for country, value in values.items()]
    source = "{{ figures.map('f', 'T', 'M', chart, data, ['Country', 'Cases']) }}"
    return snippet(source, chart=world.draw(values), data=data)


def test_a_map_takes_no_side_and_keeps_small_places_in_its_table() -> None:
    html = world_map({"PH": 12, "TV": 4})
    assert "imply no opinion" in html
    assert "1 country is only in the table" in html
    assert cells(html) == ["PH", "12", "TV", "4"]


def test_a_map_adds_little_to_its_page() -> None:
    values: dict[str, int | None] = dict.fromkeys(sorted(world.outlines().outlines), 12)
    drawing = re.search(r'<svg class="world".*?</svg>', world_map(values), re.DOTALL)
    assert drawing
    assert len(gzip.compress(drawing[0].encode(), mtime=0)) <= 2_000
