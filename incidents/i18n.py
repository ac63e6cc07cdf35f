"""Languages: which one a page speaks, which way it reads, and how strings are translated.

English is the source language. Two locales exist to find mistakes: ``en-XA`` puts accents on every translated string
and makes it longer (what stays plain English was never marked for translation), ``ar-XB`` does the same and reads from
right to left. Real languages are gettext catalogues in ``translations/``.
"""

from __future__ import annotations

import gettext as gettext_module
import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from flask import Flask, g, has_request_context, request
from markupsafe import Markup, escape

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

COOKIE = "tala-locale"
CATALOGUES = Path(__file__).parent / "translations"
PLACEHOLDER = re.compile(r"(%\(\w+\)[sd]|%%|<[^>]+>|&\w+;)")
ACCENTS = str.maketrans("AEIOUYaeiouyCcNnSs", "ÅÉÎÖÛÝåéîöûýÇçÑñŠš")


@dataclass(frozen=True)
class Locale:
    """A language as pages need it: BCP 47 tag, writing direction, its own name, and Babel's identifier."""

    code: str
    direction: str
    name: str
    babel: str


LOCALES = (
    Locale("en", "ltr", "English", "en_001"),
    Locale("en-XA", "ltr", "Åççéñţéð Éñgļîšh", "en_001"),
    Locale("ar-XB", "rtl", "Right-to-left test", "en_001"),
)
BY_CODE = {locale.code: locale for locale in LOCALES}
DEFAULT = LOCALES[0]


class PseudoTranslations(gettext_module.NullTranslations):
    """Accented, longer strings, made when asked for: no catalogue to keep."""

    def gettext(self, message: str) -> str:
        """Accent a message and leave its placeholders alone."""
        parts = PLACEHOLDER.split(message)
        return "".join(part if PLACEHOLDER.fullmatch(part) else part.translate(ACCENTS) for part in parts) + " ·"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Accent the right plural form."""
        return self.gettext(msgid1 if n == 1 else msgid2)


@cache
def translations(code: str) -> gettext_module.NullTranslations:
    """The strings of a language; English where a catalogue has none."""
    if code in {"en-XA", "ar-XB"}:
        return PseudoTranslations()
    return gettext_module.translation("tala", CATALOGUES, [code.replace("-", "_")], fallback=True)


_SPOKEN: ContextVar[Locale | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Write in one language, whoever asks: a file that is written again speaks as it did. English if it is unknown."""
    token = _SPOKEN.set(BY_CODE.get(code, DEFAULT))
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def current_locale() -> Locale:
    """The locale of this request: the person's choice, else what their browser asks for, else English."""
    if spoken := _SPOKEN.get():
        return spoken
    if not has_request_context():
        return DEFAULT
    if "locale" not in g:
        wanted = request.cookies.get(COOKIE, "")
        offered = [locale.code for locale in LOCALES if "X" not in locale.code]
        g.locale = BY_CODE.get(wanted) or BY_CODE[request.accept_languages.best_match(offered) or DEFAULT.code]
    locale: Locale = g.locale
    return locale


def choose(code: str) -> None:
    """Let this request, and no other, speak a language; one that is unknown changes nothing."""
    if code in BY_CODE:
        g.locale = BY_CODE[code]


def _fill(message: str, values: dict[str, Any]) -> str:
    if not values:
        return message
    if any(hasattr(value, "__html__") for value in values.values()):
        return Markup(message) % {key: escape(value) for key, value in values.items()}  # noqa: S704 - ours, translated
    return message % values


def gettext(message: str, **values: object) -> str:
    """Translate a message into the request's language and fill in its named values."""
    return _fill(translations(current_locale().code).gettext(message), values)


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """Translate the plural form for ``num``, which is also there as ``%(num)s``."""
    return _fill(translations(current_locale().code).ngettext(singular, plural, num), {"num": num, **values})


@dataclass(frozen=True)
class LazyString:
    """A message that is translated when it is shown: for labels written once, at import."""

    message: str

    def __str__(self) -> str:
        """Translate for whoever is looking now."""
        return gettext(self.message)

    def __html__(self) -> str:
        """Escape like any other text."""
        return str(escape(str(self)))

    def __len__(self) -> int:
        """WTForms asks whether there is a label."""
        return len(str(self))


def lazy_gettext(message: str) -> LazyString:
    """Mark a message now and translate it at each request."""
    return LazyString(message)


def bdi(value: object) -> Markup:
    """Isolate a count, code, range or date, which would otherwise read backwards on a right-to-left page."""
    return Markup("<bdi>{}</bdi>").format(value)


def day(value: dt.date) -> str:
    """A day in full, such as "5 May 2026", as the request's language writes it."""
    return format_date(value, "long", locale=current_locale().babel)


def register(app: Flask) -> None:
    """Teach templates to speak."""
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    install: Callable[..., None] = env.install_gettext_callables  # type: ignore[attr-defined]
    install(
        lambda message: translations(current_locale().code).gettext(message),
        lambda one, many, n: translations(current_locale().code).ngettext(one, many, n),
        newstyle=True,
    )
    env.filters["bdi"] = bdi
    env.filters["day"] = day
    app.context_processor(lambda: {"locale": current_locale(), "locales": LOCALES})
