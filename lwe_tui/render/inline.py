"""Words of Markdown with their emphasis, code and links as styled text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from lwe_tui.render.clean import clean, clean_line
from lwe_tui.render.lines import NO_STYLE, Look

if TYPE_CHECKING:
    from markdown_it.token import Token

_FOLLOWED = re.compile(r"(?:https?://|ftp://|mailto:)[^\s]+\Z", re.IGNORECASE)
"""What a link may lead to: nothing that a terminal would perform."""
_ADDRESS = re.compile(r"https?://[^\s<>\"'`|]+", re.IGNORECASE)
_AFTER_ADDRESS = ".,;:!?)]}*_"
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
            content = clean(child.content)  # entities may name what was removed
            _append_words(text, content, styles[-1], None if targets else look["link"])
        elif kind in _OPENING:
            styles.append(styles[-1] + look[_OPENING[kind]])
        elif kind == "link_open":
            targets.append(str(child.attrs.get("href") or ""))
            styles.append(styles[-1] + look["link"] + link_to(targets[-1]))
        elif kind == "link_close":
            styles.pop()
            target = targets.pop()
            _tell_target(text, target, styles[-1] + look["quiet"] + link_to(target))
        elif kind.endswith("_close"):
            styles.pop()
        else:
            _append_other(text, child, styles[-1], look)
    return text


def link_to(target: str) -> Style:
    """Return the style that makes words a link for the terminal and for clicks."""
    target = clean_line(target)
    return Style(link=target) if _FOLLOWED.match(target) else NO_STYLE


def _append_words(text: Text, words: str, style: Style, link: Style | None) -> None:
    """Add words; addresses among them are links too, outside of other links.

    Args:
        link: how links look; None inside of one.
    """
    at = 0
    for found in _ADDRESS.finditer(words) if link is not None and "://" in words else ():
        address = found[0].rstrip(_AFTER_ADDRESS)
        text.append(words[at : found.start()], style)
        text.append(address, style + link + link_to(address))
        at = found.start() + len(address)
    text.append(words[at:], style)


def _append_other(text: Text, child: Token, style: Style, look: Look) -> None:
    match child.type:
        case "softbreak":
            text.append(" ", style)
        case "hardbreak":
            text.append("\n", style)
        case "code_inline":
            text.append(clean(child.content), style + look["code"])
        case "image":
            target = str(child.attrs.get("src") or "")
            style += link_to(target)
            text.append(f"[{clean(child.content) or 'image'}]", style + look["link"])
            _tell_target(text, target, style + look["quiet"])
        case _:
            text.append(clean(child.content), style)


def _tell_target(text: Text, target: str, style: Style) -> None:
    """Write where a link leads, unless its words say so already."""
    target = clean_line(target)
    if target and not text.plain.endswith(target.removeprefix("mailto:")):
        text.append(f" ({target})", style)
