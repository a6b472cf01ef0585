"""Folds, code that is moved sideways, links: what is drawn, what is copied, what can be gone to."""

from __future__ import annotations

from rich.style import Style

from lwe_tui.render import folds, parts
from lwe_tui.render.blocks import Entry
from lwe_tui.render.document import Document, Point
from lwe_tui.render.lines import PLAIN_LOOK
from lwe_tui.render.markdown_lines import CodeBlock
from lwe_tui.render.markdown_strips import LiveMarkdown
from lwe_tui.render.parts import Part

TEXT = """See [it](https://example.org/it) or https://example.org/bare, then:

```python
short = 1
long = "abcdefghijklmnopqrstuvwxyz"
```

| a | b |
|---|---|
| 1 | x, y |

- nested

  ```sh
  ls
  ```
"""


def document(*entries: Entry, width: int = 60) -> Document:
    made = Document()
    made.fit(width, PLAIN_LOOK)
    made.load(list(entries))
    return made


def rows(made: Document) -> list[str]:
    return [line.strip.text.rstrip() for line in made.window(0, 10**6).lines]


def called() -> Entry:
    fold = folds.of_call("dice", {"sides": 6}, 5, "c1")
    folds.answer(fold, {"total": 4})
    return Entry("1", "assistant", "model", text="Firstthen", folds=[fold])


def test_a_call_is_one_row_between_the_words() -> None:
    made = document(called())
    assert rows(made)[1:] == ["First", "", "▸ dice(sides: 6) · ok", "", "then"]
    made.views[0].toggle("call-0")
    made.changed()
    assert '   "total": 4' in rows(made)


def test_copying_over_a_fold_gives_what_is_in_it() -> None:
    made = document(called())
    copied = made.copied(Point(1, 0), Point(9, 0))
    assert copied.startswith("First\n\nCalls `dice`")
    assert '"total": 4' in copied
    assert copied.endswith("then")


def test_a_live_call_folds_where_it_was_made() -> None:
    made = document(Entry("1", "assistant", "model", live=True))
    view = made.views[0]
    view.feed("First", "")
    fold = folds.of_call("dice", {}, 0, "c1")
    view.fold(fold)
    view.feed("then", "")
    view.update()
    made.changed()
    assert rows(made)[1:] == ["First", "", "▸ dice() · …", "", "then"]
    folds.answer(fold, {"error": "no"}, True)
    view.update()
    made.changed()
    assert "▸ dice() · failed" in rows(made)
    assert view.entry.text == "Firstthen"


def test_thinking_is_shown_until_the_answer_begins() -> None:
    made = document(Entry("1", "assistant", "model", live=True))
    view = made.views[0]
    view.feed("", "I wonder")
    view.update()
    made.changed()
    assert "I wonder" in rows(made)
    view.feed("So", "")
    view.update()
    made.changed()
    assert rows(made)[1:] == ["▸ thought for 2 words", "So"]


def test_a_file_in_a_question_is_one_row_with_its_size() -> None:
    part = "[file: a.py]\n```py\nx = 1\n```"
    text = f"Look at this\n\n{part}"
    fold = folds.of_file("a.py", part, len(text) - len(part), len(part))
    made = document(Entry("1", "user", "You", text=text, folds=[fold]))
    assert rows(made)[1:] == ["Look at this", "", "▸ a.py · 4 lines, 28 bytes"]


def test_a_long_question_is_one_row() -> None:
    made = document(Entry("1", "user", "You", text="word\n" * 100))
    assert rows(made)[1].startswith("▸ word word")
    made.views[0].toggle("text-0")
    made.changed()
    assert len(rows(made)) > 100


def test_long_rows_of_code_move_sideways_and_are_copied_whole() -> None:
    made = document(Entry("1", "assistant", "model", text=TEXT), width=20)
    code = next(b for b in made.views[0].blocks if isinstance(b, CodeBlock))
    drawn = [line.strip.text for line in made.drawn(code)]
    assert drawn[1].startswith(" python")
    assert drawn[3] == ' long = "abcdefghij›'
    code.shift.columns = 10
    moved = made.drawn(code)
    assert moved[3].strip.text == "‹cdefghijklmnopqrst›"
    assert moved[3].copied(1, 4) == "cde"
    assert moved[3].copied(0, None) == 'long = "abcdefghijklmnopqrstuvwxyz"'
    assert all(line.strip.cell_length <= 20 for line in moved)


def test_parts_are_the_message_its_code_and_its_tables() -> None:
    made = document(
        Entry("1", "assistant", "model", text=TEXT), Entry("2", "user", "You", text="x")
    )
    here, seen = Part("1"), []
    for _ in range(4):
        span = parts.span(made, here)
        assert span is not None
        seen.append(parts.source(made, span)[:9])
        here = parts.moved(made, here, 1)
    assert seen == [TEXT[:9], "short = 1", "| a | b |", "x"]
    assert parts.moved(made, Part("2"), -1) == Part("1", 2)
    assert parts.moved(made, Part("1"), -1) == Part("1")
    assert parts.moved(made, Part("2"), 1) == Part("2")


def test_code_tables_and_links_of_a_message_are_known() -> None:
    made = document(Entry("1", "assistant", "model", text=TEXT))
    span = parts.span(made, Part("1"))
    assert span is not None
    assert [(code.language, code.text[:5]) for code in parts.codes(made, span)] == [
        ("python", "short"),
        ("sh", "ls"),
    ]
    assert parts.tables(made, span) == ['a,b\n1,"x, y"\n']
    assert list(parts.links(made, span)) == ["https://example.org/it", "https://example.org/bare"]


def test_code_in_several_blocks_is_one_part() -> None:
    long = "\n".join(f"row {n}" for n in range(300))
    made = document(Entry("1", "assistant", "model", text=f"```\n{long}\n```"))
    found = parts.spans_of(made.views[0], 0)
    assert len(found) == 2
    assert parts.source(made, found[1]) == long


def test_only_what_is_harmless_is_a_link() -> None:
    made = document(Entry("1", "assistant", "m", text="[a](ssh://x) [b](mailto:a@b.c) [c](x.md)"))
    span = parts.span(made, Part("1"))
    assert span is not None
    assert list(parts.links(made, span)) == ["mailto:a@b.c"]


def linked(markdown: LiveMarkdown) -> list[str]:
    lines = [line for block in markdown.blocks for line in block.lines(70, PLAIN_LOOK)]
    styles = [segment.style or Style() for line in lines for segment in line.strip]
    return [style.link for style in styles if style.link]


def test_a_reference_that_is_defined_later_reaches_what_is_finished() -> None:
    fed = LiveMarkdown()
    for piece in ("See [the docs].\n\n", "More.\n\nAnd more.\n\n"):
        fed.feed(piece)
        fed.update()
    assert linked(fed) == []
    fed.feed("[the docs]: https://example.org/docs\n\nEnd")
    fed.update()
    assert set(linked(fed)) == {"https://example.org/docs"}
