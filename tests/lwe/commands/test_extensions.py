"""Tools, examples, and the commands of plugins: other people's code behind a slash."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from lwe import ApiBackend
from lwe.commands import Commands
from lwe.commands.outcome import Confirm, StateChanged
from lwe.domain import User
from lwe.errors import NotFound
from lwe.plugin import PluginError
from tests.lwe.commands.conftest import Typed

PLUGIN = '''
from lwe.core import util
from lwe.core.plugin import Plugin


class Shapes(Plugin):
    """Draws shapes"""

    def default_config(self):
        return {}

    def setup(self):
        pass

    def get_shell_completions(self, base):
        return {"/draw-shape": {"circle": {"red": None}, "square": None}}

    def command_draw_shape(self, arg):
        """
        Draw a shape

        Examples:
            {COMMAND} circle
        """
        if arg == "crash":
            raise ValueError("no such pen")
        if arg == "ask":
            return input("Which? ")
        if arg == "print":
            util.print_markdown("**printed**")
            return None
        if arg == "fewer":
            self.backend.max_submission_tokens = 5
            return None
        return (arg != "bad", arg, f"Drew *{arg}*") if arg else "# A drawing"

    def command_pen(self, args):
        """Change the pen"""
        return self.shell.dispatch_command_action("pen", args)

    def action_pen_set_width(self, width, unit="mm"):
        return True, width, f"{width} {unit} for {self.shell.title}"

    def command_new(self, arg):
        """Never called: the program has its own"""
        raise AssertionError
'''


class Window:
    title = "the host"


@pytest.fixture
def drawing(bot: ApiBackend, ann: User, folder: Path) -> Typed:
    """The plugin above, as a file of the user."""
    path = folder / "plugins" / "shapes.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PLUGIN, "utf-8")
    bot.config.set("plugins.enabled", ["shapes", "echo", "examples"])
    typed = Typed(bot)
    typed.commands = Commands(bot, Window())
    return typed


def test_tools_and_plugins_are_listed(drawing: Typed) -> None:
    assert "**shapes**: Draws shapes" in drawing("/plugins").text
    assert "provider_chat_openai" in drawing("/plugins").text
    assert "echo" not in drawing("/plugins shapes").text
    assert "**test_tool**" in drawing("/tools").text
    assert "test_tool" not in drawing("/tools nothing").text


def test_answers_of_every_kind(drawing: Typed) -> None:
    good, bad = drawing("/draw-shape circle"), drawing("/draw-shape bad")
    assert (good.ok, good.text) == (True, r"Drew \*circle\*")
    assert (bad.ok, bad.text) == (False, r"Drew \*bad\*")
    assert drawing("/draw-shape").text == "# A drawing"


def test_what_is_printed_is_shown_and_not_printed(
    drawing: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "printed" in drawing("/draw-shape print").text
    assert capsys.readouterr().out == ""


def test_a_change_of_the_backend_is_told(drawing: Typed) -> None:
    assert drawing("/draw-shape fewer").effect == StateChanged(drawing.bot.state)
    assert drawing.bot.state.max_submission_tokens == 5


def test_faults_are_sentences_and_in_the_log(
    drawing: Typed, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.ERROR),
        pytest.raises(
            PluginError, match=r"/draw-shape of the plugin shapes failed\. .*no such pen"
        ),
    ):
        drawing("/draw-shape crash")
    with pytest.raises(PluginError, match="asks at the terminal"):
        drawing("/draw-shape ask")


def test_actions_are_dispatched(drawing: Typed) -> None:
    assert drawing("/pen set-width 3").text == "3 mm for the host"
    assert drawing("/pen set-width 3 cm").text == "3 cm for the host"
    assert not drawing("/pen").ok
    assert "set-width" in drawing("/pen throw").text


def test_the_docstring_is_the_help(drawing: Typed) -> None:
    assert "* `/draw-shape`: Draw a shape" in drawing("/help").text
    assert "/draw-shape circle" in drawing("/help draw-shape").text


def test_completions_of_plugins(drawing: Typed) -> None:
    assert drawing.offered("/draw") == ["/draw-shape"]
    assert drawing.offered("/draw-shape ") == ["circle", "square"]
    assert drawing.offered("/draw-shape circle ") == ["red"]
    assert drawing.offered("/draw-shape square ") == drawing.offered("/draw-shape x y") == []
    assert drawing.offered("/echo t") == ["two", "three"]


def test_the_programs_own_commands_win(drawing: Typed) -> None:
    assert drawing("/new").text == "A new conversation begins."


def test_a_plugin_is_loaded_again(drawing: Typed, folder: Path) -> None:
    assert drawing.offered("/plugin reload sha") == ["shapes"]
    path = folder / "plugins" / "shapes.py"
    path.write_text(PLUGIN.replace("Drew", "Painted").replace("command_pen", "command_brush"))
    assert drawing("/plugin reload shapes").changed == ("plugins",)
    assert "Painted" in drawing("/draw-shape circle").text
    assert drawing.offered("/bru") == ["/brush"] and drawing.offered("/pen") == []
    assert drawing("/plugin reload provider_fake_llm").changed == ("plugins",)
    assert "provider_fake_llm" in drawing.user.shown[-2]
    with pytest.raises(NotFound, match="Did you mean shapes"):
        drawing("/plugin reload shape")


def test_a_broken_plugin_is_told_and_the_others_work(drawing: Typed, folder: Path) -> None:
    (folder / "plugins" / "shapes.py").write_text("import nothing_there_at_all\n", "utf-8")
    assert drawing("/echo hi").text == "Echo: hi"
    shown = drawing("/plugins").text
    assert "## Plugins that cannot be used" in shown and "nothing_there_at_all" in shown


def test_examples_are_installed_after_a_yes(typed: Typed, folder: Path) -> None:
    assert "* example-explain.md" in typed("/examples list").text
    typed.user.yes = False
    typed("/examples templates")
    assert not (folder / "templates").exists()
    typed.user.yes = True
    outcome = typed("/examples templates")
    assert "templates" in outcome.changed
    target = folder / "templates" / "example-explain.md"
    original = target.read_text("utf-8")
    target.write_text("mine", "utf-8")
    typed("/examples")
    question = typed.user.asked[-1]
    assert isinstance(question, Confirm) and question.details == (str(target),)
    assert target.read_text("utf-8") == original
    with pytest.raises(NotFound, match="Did you mean"):
        typed("/examples template")
    assert typed.offered("/examples to") == ["tools"]
