"""What a reader does in a conversation: goes from block to block, unfolds, finds, follows links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from lwe_tui import keys
from lwe_tui.chat.block_cursor import BlockCursor
from lwe_tui.chat.column import Column
from lwe_tui.chat.hits import Hit, Hits
from lwe_tui.messages import BlockCommand, CopyWanted
from lwe_tui.render import parts
from lwe_tui.render.code import COPY
from lwe_tui.render.folds import FoldBlock
from lwe_tui.render.lines import Block, Line
from lwe_tui.render.markdown_lines import CodeBlock
from lwe_tui.render.parts import Part

COMMANDS = frozenset(key.action.partition("(")[0] for key in keys.BLOCKS)
"""Actions of letters that are commands while the block cursor is on."""


class Explored(Column):
    """A column with a block cursor, in which words can be found."""

    BINDINGS = keys.bindings(keys.BLOCKS)

    @dataclass
    class HitsChanged(Message):
        """There are so many words of those that are looked for.

        Attributes:
            number: of the one that was gone to, from 1; 0 for none.
            reading: whether there may be more, which is being read.
        """

        number: int
        count: int
        reading: bool

    @dataclass
    class PartWanted(Message):
        """Something is to be done with a part that needs more than this column.

        Attributes:
            deed: `copy`, `open`, `pipe` or `follow`.
            part: what the block cursor is on.
            link: where to go, if it is known.
        """

        deed: str
        part: Part
        link: str = ""

    @dataclass
    class Left(Message):
        """The reader wants to write again."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self._earlier = self._all = self._counting = False
        self._goal: tuple[str, tuple[str, ...]] | None = None
        self.cursor = BlockCursor(self)
        self.hits = Hits(self)

    # Finding

    def light(self, words: Sequence[str] = ()) -> None:
        """Light words wherever they stand; without words, nothing any more."""
        self.hits.look_for(words)
        self._all = False
        self.redraw()

    def find(self, words: str) -> None:
        """Light words, read what comes earlier, and go to the first one from here on."""
        self.light((words,))
        self._all = self.hits.is_on
        self.hits.count_some()
        if self.hits.is_on:
            self.next_hit(1)
        self._tell_hits()

    def next_hit(self, step: int) -> None:
        """Go to the next word that is lit, or with -1 to the previous one."""
        self.hits.step(step)
        self._tell_hits()

    def go_to(self, key: str, words: Sequence[str] = ()) -> None:
        """Go to an entry, and to words in it; earlier ones are read until it is there.

        Args:
            key: `message-` and the message's id. It may be of a conversation that is being read.
        """
        self._goal = (key, tuple(words))
        if self.document.views:
            self._seek()

    def _seek(self) -> None:
        """Go where somebody wants to go, as soon as it is here."""
        if self._goal is None:
            return
        key, words = self._goal
        index = self.document.find(key)
        if index is None:
            self._all = self._earlier
            self._goal = self._goal if self._earlier else None
            self._draw(self._place())
            return
        self._goal, self._all = None, False
        self.hits.look_for(words)
        self.hits.count_some()
        view = self.document.views[index]
        self.cursor.part = Part(view.entry.key)
        self.cursor.reveal()
        if self.hits.of(view):
            self.hits.show(Hit(view.entry.key, 0))
        self._tell_hits()

    def _count(self) -> None:
        """Count in slices what is looked for."""
        if self.hits.count_some():
            self._counting = False
        else:
            self.call_later(self._count)
        self._tell_hits()

    def _tell_hits(self) -> None:
        reading = self._counting or (self._all and self._earlier)
        self.post_message(self.HitsChanged(self.hits.number, self.hits.total, reading))

    # Drawing

    def _drawn(self, top: int, height: int) -> None:
        if self.hits.is_on and not self._counting:
            self._counting = True
            self.call_later(self._count)

    def _mark(self, top: int, height: int) -> range:
        return self.cursor.rows(top, height)

    def _lit(self, line: Line) -> Strip:
        look = self.document.look
        return self.hits.lit(line, look["hit"], look["hit-now"]) if self.hits.is_on else line.strip

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Take letters for commands only while the block cursor is on."""
        if action == "leave":
            return self.cursor.part is not None or self.hits.is_on
        if action == "next_hit":
            return self.hits.is_on
        return self.cursor.part is not None if action in COMMANDS else True

    def action_block(self, where: str) -> None:
        match where:
            case "next" | "previous":
                self.cursor.move(1 if where == "next" else -1)
            case _:
                self.cursor.jump(where == "last")

    def action_fold(self) -> None:
        if self.cursor.part is not None and not self.cursor.toggle(self.cursor.part):
            self.cursor.reveal()

    def action_slide(self, step: int) -> None:
        if self.cursor.part is not None:
            self.cursor.slide(self.cursor.part, step)

    def action_next_hit(self, step: int) -> None:
        self.next_hit(step)

    def action_command(self, command: str) -> None:
        if self.cursor.part is not None:
            self.post_message(BlockCommand(command, self.cursor.part.key))

    def action_want(self, deed: str) -> None:
        if self.cursor.part is not None:
            self.post_message(self.PartWanted(deed, self.cursor.part))

    def action_leave(self) -> None:
        self.cursor.end()
        self.post_message(self.Left())

    # The mouse

    def on_click(self, event: events.Click) -> None:
        if event.style.link:
            self.post_message(self.PartWanted("follow", Part(""), event.style.link))
            return
        here = event.get_content_offset(self)
        if here is None or not self.document.views or self.screen.get_selected_text():
            return
        row = round(self.scroll_y) + here.y
        if row < self.document.total:
            self._click(here.x, *parts.at(self.document, row))

    def _click(self, x: int, part: Part, block: Block, row: int) -> None:
        """Do what the first row of a block is for."""
        if row:
            return
        is_code = isinstance(block, CodeBlock) and block.is_labelled
        span = parts.span(self.document, part)
        if isinstance(block, FoldBlock):
            self.cursor.toggle(part)
        elif is_code and span and x >= self.scrollable_content_region.width - len(COPY):
            self.post_message(CopyWanted(parts.source(self.document, span)))
        elif is_code or block.kind == "message":
            self.cursor.put(part)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        if event.shift:
            self._slide_under(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        if event.shift:
            self._slide_under(event, -1)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        self._slide_under(event, 1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        self._slide_under(event, -1)

    def _slide_under(self, event: events.MouseEvent, step: int) -> None:
        """Move the code under the mouse sideways."""
        event.prevent_default()
        event.stop()
        here = event.get_content_offset(self)
        if here is not None and self.document.views:
            row = min(round(self.scroll_y) + here.y, self.document.total - 1)
            self.cursor.slide(parts.at(self.document, row)[0], step)
