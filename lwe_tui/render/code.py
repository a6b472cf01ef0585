"""Code in the theme's colours: source text into rows of segments."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from lwe_tui.render.lines import Line, Look, cut

if TYPE_CHECKING:
    from pygments.lexer import Lexer

TAB = 4
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


def code_lines(code: str, language: str, width: int, look: Look) -> list[Line]:
    """Draw code on a background that reaches the right edge.

    Args:
        code: the source, without a fence.
        language: the word after the fence, empty for none.
        width: columns, of which one at each side stays free.
    """
    inner = max(1, width - 2)
    ground = look["block"]
    made: list[Line] = []
    for segments in _rows(code, language, look):
        strips = cut(segments, inner)
        for strip in strips:
            padding = Segment(" " * (inner - strip.cell_length + 1), ground)
            whole = type(strip)([Segment(" ", ground), *strip, padding], inner + 2)
            made.append(Line(whole, 1, "" if strip is not strips[-1] else "\n"))
    return made


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
