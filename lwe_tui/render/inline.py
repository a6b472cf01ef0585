"""Words of Markdown with their emphasis, code and links as styled text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from lwe_tui.render.clean import clean, clean_line
from lwe_tui.render.lines import NO_STYLE, Look

if TYPE_CHECKING:
    from markdown_it.token import Token

_OPENING = {"strong_open": "strong", "em_open": "emphasis", "s_open": "struck"}


def inline_text(token: Token, look: Look, style: Style = NO_STYLE) -> Text:
    """Make a text of an inline token; line breaks of the source become spaces.

    Args:
        token: of the type `inline`.
        style: what everything is drawn in, under the emphasis.
    """
    text, styles, targets = Text(), [style], list[str]()
    for child in token.children or ():
        kind = child.type
        if kind == "text":
            text.append(clean(child.content), styles[-1])  # entities may name what was removed
        elif kind in _OPENING:
            styles.append(styles[-1] + look[_OPENING[kind]])
        elif kind == "link_open":
            targets.append(str(child.attrs.get("href") or ""))
            styles.append(styles[-1] + look["link"])
        elif kind == "link_close":
            styles.pop()
            _tell_target(text, targets.pop(), styles[-1] + look["quiet"])
        elif kind.endswith("_close"):
            styles.pop()
        else:
            _append_other(text, child, styles[-1], look)
    return text


def _append_other(text: Text, child: Token, style: Style, look: Look) -> None:
    match child.type:
        case "softbreak":
            text.append(" ", style)
        case "hardbreak":
            text.append("\n", style)
        case "code_inline":
            text.append(clean(child.content), style + look["code"])
        case "image":
            text.append(f"[{clean(child.content) or 'image'}]", style + look["link"])
            _tell_target(text, str(child.attrs.get("src") or ""), style + look["quiet"])
        case _:
            text.append(clean(child.content), style)


def _tell_target(text: Text, target: str, style: Style) -> None:
    """Write where a link leads, unless its words say so already."""
    target = clean_line(target)
    if target and not text.plain.endswith(target.removeprefix("mailto:")):
        text.append(f" ({target})", style)
