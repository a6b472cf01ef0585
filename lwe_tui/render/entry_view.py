"""An entry as blocks: from its heading to its mark, with what is folded in between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lwe_tui.render.blocks import Entry, HeadBlock, PlainBlock, is_awaited, plain_blocks, waiting
from lwe_tui.render.clean import Cleaner, clean, clean_line
from lwe_tui.render.folds import Fold, FoldBlock, of_long, of_thought
from lwe_tui.render.lines import Block, Code, Look
from lwe_tui.render.markdown_strips import LiveMarkdown

THOUGHT = "thought"


class _Stretch(NamedTuple):
    """Words, and the fold that stands below them."""

    words: LiveMarkdown | list[Block]
    fold: Fold | None


class EntryView:
    """An entry and its blocks, which are made when they are first seen.

    Args:
        entry: what is shown; a live one grows with `feed`.
        first: whether nothing stands above it.
        opened: by their names, the folds that somebody has unfolded or folded.
    """

    def __init__(
        self, entry: Entry, first: bool = False, opened: dict[str, bool] | None = None
    ) -> None:
        self.entry, self._first = entry, first
        self.opened = dict(opened or {})
        self._blocks: list[Block] | None = None
        self._stretches: list[_Stretch] = []
        self._cleaner = Cleaner()
        self._fed: list[str] = []
        self._before = 1
        self._head = HeadBlock(entry, gap=not first)
        self._bodies: dict[str, tuple[str, list[Block]]] = {}
        self._folds = _all_folds(entry)
        folded = sum(fold.length for fold in self._folds)
        self._size = (len(entry.text) - folded, 0 if folded else entry.text.count("\n"))

    def follow(self) -> None:
        """Stand below another entry from now on."""
        if self._first:
            self._first = False
            self._head.stand_apart()

    @property
    def is_made(self) -> bool:
        """Whether the blocks exist."""
        return self._blocks is not None

    @property
    def blocks(self) -> list[Block]:
        """The blocks, from the heading to the mark."""
        if self._blocks is None:
            self._begin()
            self._blocks = list(self._assembled())
        return self._blocks

    @property
    def before(self) -> int:
        """How many blocks stand before the words."""
        return self._before

    def tell(self, footer: str) -> None:
        """Say in the heading how it was made."""
        self.entry.footer = footer
        self._head.changed()

    # Growing

    def feed(self, text: str, reasoning: str) -> None:
        """Add what has come in; it is shown after `update`."""
        if not self.is_made:
            self.update()
        self._fed.append(text)
        self.entry.reasoning += reasoning
        self._last.feed(self._cleaner.feed(text))

    def fold(self, fold: Fold) -> None:
        """Put a fold behind what has come in so far; it is shown after `update`."""
        if not self.is_made:
            self.update()
        self._take_fed()
        self._last.feed(self._cleaner.end())
        self._last.update()
        fold.at = len(self.entry.text)
        self.entry.folds.append(fold)
        last = self._stretches[-1]
        self._stretches[-1] = last._replace(fold=fold)
        self._stretches.append(_Stretch(LiveMarkdown(apart=True), None))

    def update(self) -> None:
        """Bring the blocks up to date with what was fed."""
        if not self.is_made:
            self._begin()
        self._take_fed()
        self._last.update()
        self._blocks = list(self._assembled())

    def _take_fed(self) -> None:
        if self._fed:
            self.entry.text += "".join(self._fed)
            self._fed.clear()

    @property
    def _last(self) -> LiveMarkdown:
        words = self._stretches[-1].words
        assert isinstance(words, LiveMarkdown), "Only answers grow."
        return words

    def _begin(self) -> None:
        """Take the text apart at the folds."""
        at, text = 0, self.entry.text
        for fold in [*self._folds, None]:
            words = text[at : fold.at if fold else None]
            self._stretches.append(_Stretch(self._made(words), fold))
            at = fold.at + fold.length if fold else at

    def _made(self, words: str) -> LiveMarkdown | list[Block]:
        if self.entry.role in ("user", "plain"):
            words = words.strip("\n") if self._folds else words
            return list(plain_blocks(clean(words))) if words or not self._folds else []
        made = LiveMarkdown(apart=bool(self._stretches))
        made.feed(self._cleaner.feed(words) if self.entry.live else clean(words))
        made.update()
        return made

    # Folding

    def toggle(self, name: str) -> None:
        """Fold or unfold."""
        self.opened[name] = not self.opened.get(name, False)
        if self._blocks is not None:
            self._blocks = list(self._assembled())

    # What it consists of

    def height(self, width: int, look: Look) -> int:
        """Return how many rows there are, partly or wholly a guess."""
        if self._blocks is None:
            characters, breaks = self._size
            folds = len(self._folds)
            return 3 - self._first + folds + breaks + characters // max(1, width)
        return sum(block.height(width, look) for block in self._blocks)

    def codes(self) -> list[Code]:
        """Return all code of the message's own words, each whole."""
        if self._blocks is None:
            self.update()
        made: list[Code] = []
        words = (
            s.words.blocks if isinstance(s.words, LiveMarkdown) else () for s in self._stretches
        )
        for code in (code for blocks in words for block in blocks for code in block.codes()):
            if code.starts or not made:
                made.append(code)
            else:
                made[-1] = made[-1]._replace(text=f"{made[-1].text}\n{code.text}")
        return made

    def searched(self) -> Iterator[str]:
        """Yield everything that can be found in it."""
        yield self.entry.reasoning
        yield self.entry.text
        for fold in self._folds:
            if not fold.length:
                yield fold.body

    def _assembled(self) -> Iterator[Block]:
        entry = self.entry
        yield self._head
        thought = list(self._thought())
        yield from thought
        self._before = 1 + len(thought)
        apart = False
        for number, (words, fold) in enumerate(self._stretches):
            blocks = words.blocks if isinstance(words, LiveMarkdown) else words
            yield from blocks
            apart = bool(blocks)
            if fold is not None:
                yield from self._folded(f"{fold.kind}-{number}", fold, apart)
        if is_awaited(entry):
            yield PlainBlock(waiting(entry.since), "quiet")
        if entry.note:
            yield PlainBlock(clean_line(entry.note), "failed" if entry.mark == "failed" else "mark")

    def _folded(self, name: str, fold: Fold, apart: bool) -> Iterator[Block]:
        opened = self.opened.get(name, False)
        known = self._bodies.get(name)
        state = f"{opened}{apart}{fold.state}"
        if known is None or known[0] != state:
            made: list[Block] = [FoldBlock(fold, name, opened, apart)]
            made += _body(fold) if opened else ()
            known = self._bodies[name] = (state, made)
        yield from known[1]

    def _thought(self) -> Iterator[Block]:
        """Show thinking while there is nothing else, then only that there was some."""
        entry, thought = self.entry, self.entry.reasoning
        if not thought:
            return
        if entry.live and not (entry.text or entry.folds) and THOUGHT not in self.opened:
            yield from plain_blocks(clean(thought), "quiet")
            return
        if entry.live:  # It may go on between calls.
            self._bodies.pop(THOUGHT, None)
        yield from self._folded(THOUGHT, of_thought(thought), False)


def _all_folds(entry: Entry) -> list[Fold]:
    """Return an entry's folds, and one for a long beginning that a user typed."""
    folds = entry.folds
    if entry.role != "user" or entry.live:
        return folds
    end = min((fold.at for fold in folds), default=len(entry.text))
    return [*of_long(entry.text, end), *folds]


def _body(fold: Fold) -> Iterator[Block]:
    if fold.kind == "call":
        markdown = LiveMarkdown()
        markdown.feed(clean(fold.body))
        markdown.update()
        yield from markdown.blocks
        return
    for block in plain_blocks(clean(fold.body), "quiet" if fold.kind == THOUGHT else ""):
        block.kind, block.starts = fold.kind, False
        yield block
