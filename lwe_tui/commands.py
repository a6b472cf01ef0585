"""The slash commands of the app: the library's, run in the room, and one for most of its keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lwe.commands.command import Args, Candidate, Command, Context
from lwe.commands.markdown import described, section
from lwe.commands.outcome import Outcome, Perform, RunWorkflow
from lwe.commands.registry import LEADER, Commands, Completion
from lwe.errors import NotFound
from lwe.state import State
from lwe_tui import keys
from lwe_tui.session import Session

if TYPE_CHECKING:
    from lwe.workflows.runner import Run

NOT_TYPED = frozenset(
    {
        "app.interrupt",
        "app.theme",  # /theme does more
        *("main.escape", "main.leader", "main.composer"),
        *("main.page_up", "main.page_down", "main.top", "main.end"),
    }
)
"""Keys that mean something only where they are pressed."""
AS_IT_IS = "Enter runs it as it is"
LONGEST_LINE = 160
"""Characters of an outcome that fit above the composer."""
_ESCAPE_OR_MARK = re.compile(r"\\([\\`*\[\]<_~&#>+-])|\*\*|`")

Themes = Callable[[], tuple[str, Sequence[str]]]
"""Returns the theme in force and the names of all; called in the room."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One form in which a command is typed.

    Attributes:
        usage: how it is typed.
        start: the part of it that stays the same.
        needs: whether something has to be typed after it.
    """

    usage: str
    start: str
    summary: str
    needs: bool


class AppCommands:
    """Finds, completes and runs commands; the screen's state goes in and an outcome comes out.

    Args:
        session: the door to the library.
        themes: names the themes.
    """

    def __init__(self, session: Session, themes: Themes) -> None:
        self._session = session
        self._own = tuple(screen_commands(themes))
        self._made: Commands | None = None

    @property
    def _commands(self) -> Commands:
        """The library's commands and ours; only used in the room."""
        if self._made is None:
            self._made = Commands(self._session.backend, more=self._own)
        return self._made

    async def run(self, line: str, state: State) -> Outcome:
        """Run a command.

        Raises:
            LweError: when there is none of that name, or it cannot be done.
        """

        def run() -> Outcome:
            # The seed's default is the other one: here answers are shown as they come.
            self._session.backend.config.set("shell.streaming", self._session.turns.stream)
            return self._commands.run(line, state)

        return await self._session.ask(run)

    async def resume(self, step: Callable[[], Outcome], state: State) -> Outcome:
        """Go on with a command after the user was asked.

        Raises:
            LweError: when it cannot be done.
        """
        return await self._session.ask(lambda: self._commands.resume(step, state))

    async def complete(self, text: str, state: State) -> list[Completion]:
        """Return what may stand at the cursor; first nothing, where the command may end."""

        def complete() -> list[Completion]:
            found = self._commands.complete(text, state)
            if found and text.endswith(" ") and self._may_end(text):
                found.insert(0, Completion("", len(text), AS_IT_IS))
            return found

        return await self._session.ask(complete)

    def _may_end(self, text: str) -> bool:
        typed = text.split()
        return any(not o.needs and o.start.split() == typed for o in self._forms(own=True))

    async def offered(self) -> list[Offered]:
        """Return every form of every command but those that keys have, too."""
        return await self._session.ask(lambda: list(self._forms(own=False)))

    def _forms(self, own: bool) -> Iterator[Offered]:
        for command in self._commands.all():
            if own or not any(command is each for each in self._own):
                yield from _forms(command)

    async def workflow(self, wanted: RunWorkflow) -> Run:
        """Prepare the run of a workflow."""
        from lwe.workflows.runner import Run

        def prepare() -> Run:
            return Run(wanted.path, wanted.values, self._session.engine.config)

        return await self._session.ask(prepare)


def _forms(command: Command) -> Iterator[Offered]:
    parts = [(action.name, action.arguments, action.summary) for action in command.actions.values()]
    for name, arguments, summary in parts or [("", command.arguments, command.summary)]:
        start = f"{LEADER}{command.name} {name}".rstrip()
        needs = bool(arguments) and not arguments.startswith("[")
        yield Offered(f"{start} {arguments}".rstrip(), start, summary, needs)


# What only the screen has


def screen_commands(themes: Themes) -> Iterator[Command]:
    """Make a command of every key that does something wherever it is pressed, and a few more.

    Where the library has a command of the same name, that one is used.
    """
    yield Command("keys", "Show what the terminal sends for a key.", _performs("test_keys"))
    yield _theme(themes)
    for key in (*keys.APP, *keys.MAIN, *keys.TURNS):
        if key.id not in NOT_TYPED:
            yield Command(name_of(key), f"{key.label}.", _performs(key.action), help=_ways(key))


def name_of(key: keys.Key) -> str:
    """Return the name of a key's command, without the slash."""
    return key.id.rpartition(".")[2].replace("_", "-")


def _ways(key: keys.Key) -> str:
    ways = [f"`{key.shown}`"] if key.shown else []
    if key.leader:
        ways.append(f"`ctrl+l {keys.written_leader(key)}`")
    return f"Keys: {', '.join(ways)}."


def _performs(action: str) -> Callable[[Context, Args], Outcome]:
    def run(_context: Context, args: Args) -> Outcome:
        args.end()
        return Outcome(effect=Perform(action))

    return run


def _theme(themes: Themes) -> Command:
    def run(_context: Context, args: Args) -> Outcome:
        name = args.take()
        args.end()
        now, known = themes()
        if not name:
            lines = [described(each, here=each == now) for each in known]
            return Outcome(section("Themes", lines, "None."))
        if name not in known:
            raise NotFound("Theme", name, known)
        return Outcome(effect=Perform(f"app.use_theme({name!r})"))

    def complete(_context: Context, words: Sequence[str]) -> list[Candidate]:
        return [] if words else [Candidate(name) for name in themes()[1]]

    return Command("theme", "List the themes, or use one.", run, "[NAME]", complete=complete)


# Words of an outcome


def as_line(markdown: str) -> str:
    """Return what fits into one line as its bare words; empty when it does not fit."""
    text = markdown.strip()
    if "\n" in text or len(text) > LONGEST_LINE or text.startswith(("#", "```", "|")):
        return ""
    return _ESCAPE_OR_MARK.sub(lambda found: found[1] or "", text.removeprefix("* "))


def as_words(markdown: str) -> str:
    """Return Markdown without its fences and headings, for a small screen that shows text."""
    rows = (row.lstrip("# ") if row.startswith("#") else row for row in markdown.splitlines())
    return "\n".join(row for row in rows if not row.startswith("```")).strip()
