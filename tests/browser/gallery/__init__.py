"""Every macro on a few pages, rendered without the app: to look at, for axe, and for tests of the markup."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from incidents.i18n import BY_CODE, LOCALES, bdi, translations
from tests.browser.gallery import samples

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "templates"
PAGES = Path(__file__).parent / "templates"
NAVIGATION = (
    ("cases.list", "Cases"),
    ("summaries.index", "Summaries"),
    ("releases.index", "Releases"),
    ("reports.index", "Reports"),
)


def _address(endpoint: str, **values: object) -> str:
    if endpoint == "static":
        return f"/static/{values['filename']}"
    return "/" + endpoint.replace(".", "/")


def _flashes(*, with_categories: bool = False) -> Iterator[Any]:
    for category, message in (("success", "The case was saved."), ("error", "The file was not read.")):
        yield (category, message) if with_categories else message


def environment(code: str = "en", *, signed_in: bool = True) -> Environment:
    """Jinja as the app sets it up, with fixed answers in place of a request."""
    env = Environment(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), FileSystemLoader(PAGES)]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    speech = translations(code)
    env.install_gettext_callables(speech.gettext, speech.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.filters["bdi"] = bdi
    env.globals.update(
        locale=BY_CODE[code],
        locales=LOCALES,
        csrf_token=lambda: "token-of-this-session",
        current_user=SimpleNamespace(
            is_authenticated=signed_in, username="nadia.example", role=SimpleNamespace(value="researcher")
        ),
        demo=True,
        navigation=[
            SimpleNamespace(endpoint=endpoint, label=speech.gettext(label), current=not place, waiting=place)
            for place, (endpoint, label) in enumerate(NAVIGATION)
        ],
        url_for=_address,
        get_flashed_messages=_flashes,
        request=SimpleNamespace(path="/gallery", args={}),
    )
    return env


@cache
def gallery(name: str, code: str = "en") -> str:
    """A page of the gallery as HTML."""
    return render(name, code)


def render(name: str, code: str = "en", **values: Any) -> str:
    """Any template as HTML."""
    return environment(code).get_template(name).render(**{**samples.everything(), **values})
