"""Code in the theme's colours: source text into rows of segments."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from lwe_tui.render.lines import Line, Look, cut

if TYPE_CHECKING:
    from pygments.lexer import Lexer

TAB = 4
COPY = "copy "
_STYLES = {
    "Keyword": "keyword",
    "Name.Builtin": "keyword",
    "Name.Function": "name",
    "Name.Class": "name",
    "Name.Tag": "keyword",
    "Name.Attribute": "name",
    "Name.Decorator": "name",
    "Literal.String": "string",
    "Literal.Number": "number",
    "Comment": "comment",
    "Operator.Word": "keyword",
    "Generic.Inserted": "string",
    "Generic.Deleted": "failed",
    "Generic.Heading": "name",
}
"""Kinds of tokens, as Pygments names them, and the styles they are drawn in."""


class Shift:
    """How far the rows of some code are moved to the left; all its blocks share it."""

    __slots__ = ("columns",)

    def __init__(self) -> None:
        self.columns = 0


def code_lines(
    code: str, language: str, width: int, look: Look, shift: Shift | None = None
) -> list[Line]:
    """Draw code on a background that reaches the right edge.

    Args:
        code: the source, without a fence.
        language: the word after the fence, empty for none.
        width: columns, of which one at each side stays free.
        shift: how far long rows are moved; without one they are wrapped.
    """
    inner = max(1, width - 2)
    ground = look["block"]
    made: list[Line] = []
    for segments in _rows(code, language, look):
        if shift is not None:
            made.append(_shifted(Strip(segments), inner, shift.columns, look))
            continue
        strips = cut(segments, inner)
        for strip in strips:
            padding = Segment(" " * (inner - strip.cell_length + 1), ground)
            whole = Strip([Segment(" ", ground), *strip, padding], inner + 2)
            made.append(Line(whole, 1, "" if strip is not strips[-1] else "\n"))
    return made


def label_line(language: str, width: int, look: Look) -> Line:
    """Draw the row above code: its language, and the word that copies it."""
    room = max(0, width - len(COPY) - 2)
    text = f" {language[:room]}".ljust(max(0, width - len(COPY))) + COPY
    strip = Strip([Segment(text, look["block"] + look["label"])])
    return Line(strip.crop(0, width), words="", after="")


def _shifted(strip: Strip, inner: int, columns: int, look: Look) -> Line:
    """Draw the part of a row that is in sight, and arrows where there is more."""
    ground, arrow = look["block"], look["block"] + look["label"]
    length = strip.cell_length
    if length <= inner and not columns:
        padding = Segment(" " * (inner - length + 1), ground)
        return Line(Strip([Segment(" ", ground), *strip, padding], inner + 2), 1)
    seen = strip.crop(columns, columns + inner)
    ends = [Segment("‹" if columns and length else " ", arrow)]
    ends.append(Segment(" " * (inner - seen.cell_length), ground))
    ends.append(Segment("›" if length > columns + inner else " ", arrow))
    before = len(strip.crop(0, columns).text)
    drawn = Strip([ends[0], *seen, *ends[1:]], inner + 2)
    return Line(drawn, 1, whole=strip.text or " ", skipped=before)


def _rows(code: str, language: str, look: Look) -> list[list[Segment]]:
    rows: list[list[Segment]] = [[]]
    for style, text in _tokens(code.expandtabs(TAB), language, look):
        first, *more = text.split("\n")
        if first:
            rows[-1].append(Segment(first, style))
        rows += [[Segment(line, style)] if line else [] for line in more]
    if len(rows) > 1 and not rows[-1]:
        rows.pop()
    return rows


def _tokens(code: str, language: str, look: Look) -> list[tuple[Style, str]]:
    lexer, ground = _lexer(language), look["block"]
    if lexer is None:
        return [(ground, code)]
    styles: dict[object, Style] = {}
    found = []
    for kind, text in lexer.get_tokens(code):
        if kind not in styles:
            name = _style_name(str(kind).removeprefix("Token."))
            styles[kind] = ground + look[name] if name else ground
        found.append((styles[kind], text))
    return found


def _style_name(kind: str) -> str:
    while kind:
        if kind in _STYLES:
            return _STYLES[kind]
        kind = kind.rpartition(".")[0]
    return ""


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    if not language:
        return None
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
