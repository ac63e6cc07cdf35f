"""Six words to take as a passphrase, and the passwords that everybody tries first. Data of two packages, loaded late.

The words are the 2,048 of BIP 39 (package ``mnemonic``), each told from the others by its first four letters: six of
them are 66 bits, behind a hash of 128 MiB. The passwords are the 10,000 most used (package ``zxcvbn``, from published
collections of stolen ones).
"""

from __future__ import annotations

import importlib.util
import secrets
from functools import cache
from pathlib import Path
from typing import Final

from incidents.accounts.rules import guessable, made_of_common
from incidents.i18n import current_locale
from incidents.keyring.passphrase import MIN_LENGTH

WORDS: Final = 6
MOST_USED: Final = 10_000
#: The lists there are, by the language of a page.
LISTS: Final = {
    "cs": "czech",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "ja": "japanese",
    "ko": "korean",
    "pt": "portuguese",
    "ru": "russian",
    "tr": "turkish",
    "zh": "chinese_simplified",
}


def offered() -> str:
    """Six random words in the page's language, or in English: fresh each time, kept nowhere."""
    language = current_locale().code.partition("-")[0]
    words = word_list(LISTS.get(language, "english"))
    while True:
        offer = " ".join(secrets.choice(words) for _ in range(WORDS))
        # A handful in a million is short, repeats itself, or joins to common ones.
        if acceptable(offer):
            return offer


def acceptable(passphrase: str, username: str = "") -> bool:
    """Whether a passphrase is long, and not among the first that anybody tries."""
    common = made_of_common(passphrase, most_used())
    return len(passphrase) >= MIN_LENGTH and not common and not guessable(passphrase, username)


@cache
def word_list(name: str) -> tuple[str, ...]:
    """A list of 2,048 words."""
    from mnemonic import Mnemonic  # noqa: PLC0415 - a hundredth of a second that few requests need

    return tuple(Mnemonic(name).wordlist)


@cache
def most_used() -> frozenset[str]:
    """The most used passwords, in small letters.

    Read out of the package's file of data, which is then let go: importing the package would keep 19 MB, this keeps
    one. Takes 50 ms, once a process.
    """
    package = importlib.util.find_spec("zxcvbn")
    folder = next(iter(package.submodule_search_locations or ())) if package else ""
    spec = importlib.util.spec_from_file_location("frequency_lists", Path(folder) / "frequency_lists.py")
    if spec is None or spec.loader is None:
        raise ImportError("The package zxcvbn is incomplete: install the requirements again.")
    data = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(data)
    return frozenset(data.FREQUENCY_LISTS["passwords"][:MOST_USED])
