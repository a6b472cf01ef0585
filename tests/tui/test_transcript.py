"""Following, scrolling, selecting and resizing the conversation."""

from __future__ import annotations

import random

from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import Selection

from lwe_tui.chat.transcript import Transcript
from lwe_tui.render.blocks import Entry

WORDS = "\n\n".join(f"Paragraph {n} with **some** words in it." for n in range(60))


class Alone(App[None]):
    """A transcript and nothing else."""

    CSS = "Transcript { height: 1fr; overflow-y: scroll; scrollbar-size-vertical: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.below: list[int] = []

    def compose(self) -> ComposeResult:
        yield Transcript(id="transcript")

    def on_column_rows_below(self, event: Transcript.RowsBelow) -> None:
        self.below.append(event.count)

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)


def rows(app: Alone) -> list[str]:
    height = app.transcript.size.height
    return [app.transcript.render_line(y).text.rstrip() for y in range(height)]


def live(app: Alone, text: str = "") -> None:
    app.transcript.append(Entry("live", "assistant", "model", live=True))
    if text:
        app.transcript.feed("live", text)


async def fed(app: Alone, pilot: Pilot[None], text: str) -> None:
    app.transcript.feed("live", text)
    await pilot.pause(0.08)


async def test_the_end_is_followed_until_the_reader_scrolls_up() -> None:
    app = Alone()
    async with app.run_test(size=(60, 12)) as pilot:
        live(app, WORDS)
        await fed(app, pilot, "\n\nthe end")
        assert rows(app)[-1] == "the end"
        app.transcript.focus()
        await pilot.press("pageup")
        await pilot.pause()
        seen = rows(app)
        await fed(app, pilot, "\n\nmore\n\nand more")
        assert rows(app) == seen
        assert app.below[-1] == 4
        await pilot.press("end")
        await fed(app, pilot, "\n\nfollowed again")
        assert rows(app)[-1] == "followed again"
        assert app.below[-1] == 0


async def test_scrolling_down_to_the_end_follows_again() -> None:
    app = Alone()
    async with app.run_test(size=(60, 12)) as pilot:
        live(app, WORDS)
        await pilot.pause(0.1)
        app.transcript.focus()
        await pilot.press("pageup")
        await pilot.press("pagedown")
        await pilot.pause()
        await fed(app, pilot, "\n\nlast words")
        assert rows(app)[-1] == "last words"


async def test_a_streamed_answer_looks_like_the_finished_one() -> None:
    app, dice = Alone(), random.Random(5)
    text = (
        "# T\n\n"
        + WORDS[:400]
        + "\n\n```py\nx = 1\n```\n\n1. a\n2. b\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    async with app.run_test(size=(60, 60)) as pilot:
        live(app)
        at = 0
        while at < len(text):
            size = dice.randrange(1, 30)
            app.transcript.feed("live", text[at : at + size])
            at += size
            if dice.random() < 0.2:
                await pilot.pause(0.05)
        while app.transcript.is_behind:
            await pilot.pause(0.01)
        streamed = rows(app)
        app.transcript.update(Entry("live", "assistant", "model", text=text))
        await pilot.pause()
        assert rows(app) == streamed


async def test_another_size_keeps_the_place() -> None:
    app = Alone()
    async with app.run_test(size=(80, 20)) as pilot:
        app.transcript.load([Entry("1", "assistant", "model", text=WORDS)])
        app.transcript.action_scroll_home()
        await pilot.pause()
        app.transcript.scroll_to(y=50, animate=False)
        await pilot.pause()
        first = next(row for row in rows(app) if row)
        await pilot.resize_terminal(30, 20)
        await pilot.pause()
        assert first.startswith(next(row for row in rows(app) if row)[:12])


async def test_following_survives_every_size() -> None:
    app = Alone()
    async with app.run_test(size=(80, 20)) as pilot:
        live(app, WORDS + "\n\nlast")
        for size in ((20, 5), (120, 40), (1, 1), (60, 7)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert rows(app)[-1] == "last"


async def test_selecting_gives_the_source_of_whole_blocks() -> None:
    app = Alone()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load([Entry("1", "assistant", "model", text="some **bold**\n\n- item")])
        await pilot.pause()
        everything = app.transcript.get_selection(Selection(Offset(0, 1), None))
        assert everything == ("some **bold**\n\n- item", "\n")
        part = app.transcript.get_selection(Selection(Offset(5, 1), Offset(9, 1)))
        assert part == ("bold", "\n")


async def test_dragging_selects_and_is_drawn() -> None:
    app = Alone()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.load([Entry("1", "assistant", "model", text="pick these words")])
        await pilot.pause()
        await pilot.mouse_down(app.transcript, offset=(5, 1))
        await pilot.hover(app.transcript, offset=(9, 1))
        await pilot.mouse_up(app.transcript, offset=(9, 1))
        await pilot.pause()
        assert "these" in (app.screen.get_selected_text() or "")
        assert app.transcript.render_line(1).text.rstrip() == "pick these words"


async def test_the_placeholder_stands_only_in_an_empty_transcript() -> None:
    app = Alone()
    async with app.run_test(size=(60, 12)) as pilot:
        app.transcript.placeholder = "Nothing here [yet]"
        await pilot.pause()
        assert rows(app)[0] == "Nothing here [yet]"
        app.transcript.append(Entry("1", "user", "You", text="hi"))
        await pilot.pause()
        assert "Nothing here [yet]" not in rows(app)
        app.transcript.drop("1")
        await pilot.pause()
        assert rows(app)[0] == "Nothing here [yet]"


async def test_unchanged_rows_are_not_painted_again() -> None:
    app = Alone()
    async with app.run_test(size=(60, 12)) as pilot:
        live(app, "one")
        await pilot.pause(0.1)
        before = app.transcript._lines[0].strip
        await fed(app, pilot, " two")
        assert app.transcript._lines[0].strip is before
        assert rows(app)[1] == "one two"
