"""Rules for every template: it parses, has no script or inline style, escapes, and can be translated."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
PAGES = [name for name in NAMES if not name.startswith("macros/")]
#: What no language translates.
NAMES_OF_THINGS = {"Tala"}
#: What block "width" of base.html may be.
WIDTHS = {"reading", "wide"}
#: Attributes that people read or hear.
SPOKEN = {"alt", "aria-label", "placeholder", "title"}
#: Markup that only macros write: one place to keep accessible.
MACRO_MARKUP = {"button", "fieldset", "figure", "form", "input", "select", "svg", "table", "textarea"}
ENVIRONMENT = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])


@cache
def source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def parsed(name: str) -> nodes.Template:
    return ENVIRONMENT.parse(source(name), name)


class Markup(HTMLParser):
    """Tags, attributes and words that stand in a template as they are; what Jinja writes is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@cache
def markup(name: str) -> Markup:
    literal = "".join(value for _, kind, value in ENVIRONMENT.lex(source(name)) if kind == "data")
    reader = Markup()
    reader.feed(literal)
    reader.close()
    return reader


def spoken_words(text: str) -> list[str]:
    # A macro may write attributes for a tag that another macro opens.
    text = re.sub(r'[\w-]+="[^"]*"', "", text)
    return [word for word in re.findall(r"[^\W\d_]{2,}", text) if word not in NAMES_OF_THINGS | WIDTHS]


def test_there_are_templates_to_check() -> None:
    assert {"base.html", "macros/fields.html"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_parses(name: str) -> None:
    assert parsed(name).body


@pytest.mark.parametrize("name", NAMES)
def test_a_template_has_no_inline_script_or_style_and_one_macro_names_the_script_file(name: str) -> None:
    for tag, attributes in markup(name).tags:
        assert tag != "style"
        assert tag != "script" or (name, set(attributes)) == ("macros/fields.html", {"src", "defer"})
        assert "style" not in attributes
        assert not [attribute for attribute in attributes if attribute.startswith("on")]
        assert not (attributes.get("href") or "").startswith("javascript:")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_never_turns_escaping_off(name: str) -> None:
    assert not [node for node in parsed(name).find_all(nodes.Filter) if node.name == "safe"]
    assert "autoescape" not in source(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_word_goes_through_gettext(name: str) -> None:
    assert [words for text in markup(name).text if (words := spoken_words(text))] == []
    for _, attributes in markup(name).tags:
        assert not [key for key in SPOKEN & attributes.keys() if spoken_words(attributes[key] or "")]


@pytest.mark.parametrize("name", NAMES)
def test_a_message_fills_exactly_its_own_placeholders(name: str) -> None:
    for call in parsed(name).find_all(nodes.Call):
        function = call.node.name if isinstance(call.node, nodes.Name) else ""
        messages = [arg.value for arg in call.args if isinstance(arg, nodes.Const) and isinstance(arg.value, str)]
        given = {keyword.key for keyword in call.kwargs} | ({"num"} if function == "ngettext" else set())
        for message in messages if function in {"_", "gettext", "ngettext"} else []:
            named = set(re.findall(r"%\((\w+)\)[sd]", message))
            assert "%" not in re.sub(r"%\(\w+\)[sd]|%%", "", message), f"write %% in {message!r}"
            assert named <= given, f"{message!r} misses {named - given}"


@pytest.mark.parametrize("name", NAMES)
def test_every_import_is_used(name: str) -> None:
    imported = {node.target for node in parsed(name).find_all(nodes.Import)}
    used = {node.name for node in parsed(name).find_all(nodes.Name) if node.ctx == "load"}
    assert imported <= used


@pytest.mark.parametrize("name", PAGES)
def test_only_macros_write_forms_tables_and_figures(name: str) -> None:
    assert not {tag for tag, _ in markup(name).tags} & MACRO_MARKUP


@pytest.mark.parametrize("name", [name for name in PAGES if name != "base.html"])
def test_a_page_extends_the_base_and_names_itself_or_asks_one_question(name: str) -> None:
    blocks = {block.name for block in parsed(name).find_all(nodes.Block)}
    if list(parsed(name).find_all(nodes.Extends)):
        assert blocks & {"heading", "h1"}


def test_nothing_is_fetched_from_elsewhere() -> None:
    fetching = {"link": "href", "img": "src", "use": "href", "source": "src", "iframe": "src"}
    for name in NAMES:
        for tag, attributes in markup(name).tags:
            assert "//" not in (attributes.get(fetching.get(tag, "")) or "")


def test_the_style_sheet_knows_no_left_and_no_right_and_fetches_nothing() -> None:
    css = (ROOT / "incidents" / "static" / "app.css").read_text(encoding="utf-8")
    declarations = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    assert not re.findall(
        r"(?:margin|padding|border|inset)-(?:left|right|top|bottom)|\b(?:left|right)\s*:", declarations
    )
    assert not re.findall(r"(?:text-align|float):\s*(?:left|right)|url\(|@import|@font-face", declarations)
