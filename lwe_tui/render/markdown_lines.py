"""Draws the parts of Markdown as rows: paragraphs, headings, lists, quotes, code, rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text

from lwe_tui.render.code import TAB, Shift, code_lines, label_line
from lwe_tui.render.inline import inline_text
from lwe_tui.render.lines import BLANK, Block, Code, Line, Look, prefixed, strip_of, text_lines
from lwe_tui.render.tables import Justify, Shape, TableBlock

if TYPE_CHECKING:
    from markdown_it.token import Token

MARGIN_OF_QUOTE = "▌ "
BULLETS = "•◦▪"
NUMBER_WIDTH = 2
DEEPEST = 12
"""Lists and quotes inside each other are not indented further than so often."""
_APART = {
    ("paragraph_open", "paragraph_open"),
    ("bullet_list_open", "paragraph_open"),
    ("ordered_list_open", "paragraph_open"),
}
"""What has a blank row between it inside a list. Not what the source has: whether a list is loose
is known at its end only, and rows that are drawn stay as they are."""


class MarkdownBlock(Block):
    """Something that stands at the outermost level of Markdown.

    Args:
        tokens: its tokens, opening and closing ones included.
        source: its Markdown.
        number: what an item of a list begins with instead of its own number.
    """

    __slots__ = ("_number", "_tokens")

    def __init__(
        self, tokens: Sequence[Token], source: str, gap: bool = True, number: int | None = None
    ) -> None:
        super().__init__(source, gap)
        self._tokens, self._number = tokens, number

    def estimate(self, width: int) -> int:
        return sum(1 + len(line) // max(1, width) for line in self.source.splitlines()) or 1

    def draw(self, width: int, look: Look) -> list[Line]:
        if self._tokens[0].type == "list_item_open":
            return list(_item(self._tokens, width, look, 0, self._number))
        return list(_blocks(self._tokens, width, look, 0))

    def codes(self) -> Iterator[Code]:
        for token in self._tokens:
            if token.type in ("fence", "code_block"):
                yield Code(token.content.removesuffix("\n"), language_of(token))

    def told(self, tokens: Sequence[Token]) -> MarkdownBlock:
        """Return the same with other tokens: what its links lead to is known now."""
        if self._tokens[0].type == "list_item_open":
            tokens = next(iter(parts(tokens[1:-1])), tokens)
        block = MarkdownBlock(tokens, self.source, self.gap, self._number)
        block.glue = self.glue
        return block


class CodeBlock(Block):
    """Some rows of a fence; its first ones with the language above.

    Args:
        code: the source of these rows.
        language: the word after the fence.
        source: these rows in Markdown, with the fence where they are the first or last.
        starts: whether these are the first rows.
        shift: shared by all blocks of the fence.
    """

    __slots__ = ("_code", "_drawn_at", "_language", "shift")

    def __init__(
        self,
        code: str,
        language: str,
        source: str,
        gap: bool,
        starts: bool = True,
        shift: Shift | None = None,
    ) -> None:
        super().__init__(source, gap)
        self.kind, self.starts, self.shift = "code", starts, shift or Shift()
        self._code, self._language, self._drawn_at = code, language, 0

    @property
    def is_labelled(self) -> bool:
        """Whether its first row names the language."""
        return bool(self.starts and self._language)

    @property
    def longest(self) -> int:
        """The columns of the longest row."""
        return max(map(cell_len, self._code.expandtabs(TAB).split("\n")))

    def estimate(self, width: int) -> int:
        return self._code.count("\n") + 1 + self.is_labelled

    def lines(self, width: int, look: Look) -> list[Line]:
        if self._drawn_at != self.shift.columns:
            self.forget()
            self._drawn_at = self.shift.columns
        return super().lines(width, look)

    def draw(self, width: int, look: Look) -> list[Line]:
        label = [label_line(self._language, width, look)] if self.is_labelled else []
        return label + code_lines(self._code, self._language, width, look, self.shift)

    def codes(self) -> Iterator[Code]:
        yield Code(self._code, self._language, self.starts)


def parts(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """Cut tokens into those that belong together at the outermost level."""
    start = depth = 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            yield tokens[start : index + 1]
            start = index + 1


def _blocks(tokens: Sequence[Token], width: int, look: Look, depth: int) -> Iterator[Line]:
    """Draw what stands below each other; inside lists only paragraphs keep their distance."""
    above = ""
    for part in parts(tokens):
        kind = part[0].type
        if above and (not depth or (above, kind) in _APART):
            yield BLANK
        above = kind
        yield from _block(part, width, look, depth)


def _block(part: Sequence[Token], width: int, look: Look, depth: int) -> Iterator[Line]:
    inner = part[1:-1]
    match part[0].type:
        case "bullet_list_open" | "ordered_list_open":
            for number, item in enumerate(parts(inner)):
                yield from _item(item, width, look, depth, number_of(part[0], number))
        case "blockquote_open":
            margin = Text(MARGIN_OF_QUOTE if depth < DEEPEST else "", look["quote"])
            lines = _blocks(inner, width - len(margin.plain), look, depth + 1)
            yield from prefixed(lines, margin, margin)
        case "table_open":
            block = TableBlock(*table_of(part), "", first=True)
            yield from block.draw(width, look)
        case _:
            yield from _leaf(part, width, look)


def _leaf(part: Sequence[Token], width: int, look: Look) -> Iterator[Line]:
    """Draw what has no blocks inside."""
    match part[0].type:
        case "paragraph_open":
            yield from text_lines(inline_text(part[1], look), width)
        case "heading_open":
            yield from text_lines(inline_text(part[1], look, look["heading"]), width)
        case "fence" | "code_block":
            yield from code_lines(part[0].content, language_of(part[0]), width, look)
        case "hr":
            yield Line(strip_of(Text("─" * width, look["border"])), words="---")
        case _:
            content = "".join(token.content for token in part)
            yield from text_lines(Text(content), width)


def number_of(opening: Token, index: int) -> int | None:
    """Return the number of a list's item, None for a bullet.

    Args:
        opening: the list's first token.
        index: counts the items from 0.
    """
    if opening.type == "bullet_list_open":
        return None
    return int(opening.attrs.get("start", 1)) + index


def _item(
    item: Sequence[Token], width: int, look: Look, depth: int, number: int | None
) -> Iterator[Line]:
    """Draw an item; every number takes the same room, so that later ones move nothing."""
    if depth >= DEEPEST:
        lead = ""
    elif number is None:
        lead = f" {BULLETS[min(depth, len(BULLETS) - 1)]} "
    else:
        lead = f"{number:>{NUMBER_WIDTH}}. "
    lines = list(_blocks(item[1:-1], width - len(lead), look, depth + 1)) or [BLANK]
    yield from prefixed(lines, Text(lead, look["bullet"]), Text(" " * len(lead)))


def language_of(token: Token) -> str:
    """Return the language that a fence names, empty for none."""
    words = token.info.split()
    return words[0].strip("{}.").lower() if words else ""


def table_of(part: Sequence[Token], measured: int | None = None) -> tuple[Shape, list[list[Token]]]:
    """Take a table's tokens apart into its shape and its rows.

    Args:
        measured: how many rows the widths are taken from, None for all.
    """
    rows, justify = list[list["Token"]](), list[Justify]()
    for token in part:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(token)
        elif token.type == "th_open":
            justify.append(_justify(str(token.attrs.get("style") or "")))
    head, *body = rows
    return Shape(head, justify, body[:measured]), body


def _justify(style: str) -> Justify:
    if "center" in style:
        return "center"
    return "right" if "right" in style else "left"
