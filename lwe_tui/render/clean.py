"""The one way by which text from outside reaches the screen: what is left can only be seen.

Models, files and servers may send what a terminal obeys. Everything that moves a cursor, changes
a colour, sets a title or turns the writing direction is taken out, an escape sequence as a whole.
Characters that terminals and Rich measure differently go too. ECMA-48 names the forms.
"""

from __future__ import annotations

import re
from functools import cache

_SHOWN = r"[^\x00-\x1f\x7f-\x9f]"
_ENDED = r"(?:\x07|\x9c|\x1b\\)"
_STRING = r"\x1b[\]PX^_k]"
# A stray C1 is more often broken text than a command (half a quotation mark is \x9d), so without
# its end it must not take the rest of the line along.
_STRING_8BIT = r"(?:\x9d[0-9]{1,5};|[\x90\x9e\x9f])"
_CSI = r"(?:\x1b\[|\x9b)[0-?]{0,256}[ -/]{0,16}"

_CONTROL = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_SUSPECT = re.compile(f"[{_CONTROL}\u2028\u2029\u200d\ud800-\udfff]")
_SUSPECT_ASCII = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UNWANTED = rf"""(?P<line>\r\n?|[\u2028\u2029])
    |(?P<broken>[\ud800-\udfff])
    |{_CSI}[@-~]?
    |{_STRING}{_SHOWN}{{0,4096}}{_ENDED}?
    |{_STRING_8BIT}{_SHOWN}{{0,256}}{_ENDED}
    |\x1b[ -/]{{1,3}}[0-~]?
    |\x1b[0-~]?
    # Rich counts what a joiner joins as one; that is only true of pictures.
    |\u200d(?![\u2190-\U0010ffff])
    |[{_CONTROL}]
    """
_UNFINISHED = rf"""(?:\r
    |{_CSI}
    |{_STRING}{_SHOWN}{{0,4096}}\x1b?
    |{_STRING_8BIT}{_SHOWN}{{0,256}}\x1b?
    |\x9d[0-9]{{0,5}}
    |\x1b[ -/]{{0,3}}
    |\u200d
    )\Z"""
_BREAKS = re.compile(r"[\n\t]+")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile what only few texts need, and the first frame does not."""
    return re.compile(pattern, re.VERBOSE)


def clean(text: str) -> str:
    """Return a text without anything that is not meant to be read; tabs and line breaks stay."""
    if not _is_suspect(text):
        return text
    return _compiled(_UNWANTED).sub(_replacement, text)


def clean_line(text: str) -> str:
    """Return a text cleaned and on one line; breaks and tabs become one space."""
    if text.isprintable():
        return text
    return _BREAKS.sub(" ", clean(text))


class Cleaner:
    """Cleans a text that comes in pieces, the same as if it had come at once.

    What may be the beginning of a sequence is held back until it is known; a sequence longer than
    any real one is dropped, so no more than about 4,100 characters are ever kept.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """Take the next piece and return what can be shown now."""
        if not self._held and not _is_suspect(piece):
            return piece
        text = self._held + piece
        unfinished = _compiled(_UNFINISHED).search(text)
        self._held = unfinished[0] if unfinished else ""
        return clean(text[: len(text) - len(self._held)])

    def end(self) -> str:
        """Return what is left when no more comes."""
        rest, self._held = clean(self._held), ""
        return rest


def _is_suspect(text: str) -> bool:
    if text.isascii():
        return _SUSPECT_ASCII.search(text) is not None
    return _SUSPECT.search(text) is not None


def _replacement(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "line":
            return "\n"
        case "broken":
            return "\ufffd"
        case _:
            return ""
