"""The commands for what extends the program: tools, plugins, examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from lwe.commands.command import Action, Args, Candidate, Command, Context, group
from lwe.commands.markdown import described, matching, plain, section
from lwe.commands.outcome import Confirm, Kind, Outcome, Work
from lwe.errors import LweError, NotFound

_NONE = "None."
_CHANGED: tuple[Kind, ...] = ("presets", "templates", "workflows")


# /tools


def _tools(context: Context, args: Args) -> Outcome:
    found = {}
    for name in context.engine.tools.names():
        try:
            found[name] = str(context.engine.tools.describe(name).get("description") or "")
        except LweError as error:
            found[name] = f"cannot be used: {error}"
    lines = [described(name, about) for name, about in matching(found, args.rest).items()]
    return Outcome(section("Tools", lines, _NONE))


# /plugins, /plugin


def _plugins(context: Context, args: Args) -> Outcome:
    commands: dict[str, str] = {}
    providers: dict[str, str] = {}
    for name, plugin in context.engine.plugins.all().items():
        kind = providers if plugin.plugin_type == "provider" else commands
        kind[name] = plugin.description
    broken = dict(context.engine.plugins.broken)
    shown = []
    for title, items in (
        ("Command plugins", commands),
        ("Provider plugins", providers),
        ("Plugins that cannot be used", broken),
    ):
        if items or items is not broken:
            found = matching(dict(sorted(items.items())), args.rest)
            lines = [described(name, about) for name, about in found.items()]
            shown.append(section(title, lines, _NONE))
    return Outcome("\n\n".join(shown))


def _reload(context: Context, args: Args) -> Outcome:
    name = args.only("The name of a plugin")
    providers, plugins = context.engine.providers, context.engine.plugins
    done = Outcome(f"The plugin {plain(name)} was loaded again.", changed=("plugins",))
    if name in providers.names():
        label = f"Fetching the models of {name}"
        return Outcome(effect=Work(label, lambda: providers.reload(name), lambda: done))
    if name not in plugins.names:
        raise NotFound("Plugin", name, [*plugins.names, *providers.names()])
    plugins.reload(name)
    return done


def _plugin_names(context: Context, words: Sequence[str]) -> Iterable[Candidate]:
    return () if words else [Candidate(name) for name in context.engine.plugins.names]


# /examples


def examples(plugin: Any) -> Command:
    """Make the command of the plugin `examples`; it asks where the plugin would at a terminal."""

    def run(_context: Context, args: Args) -> Outcome:
        wanted = args.take()
        args.end()
        if wanted == "list":
            return Outcome("\n\n".join(_listed(plugin, kind) for kind in plugin.default_types))
        if wanted and wanted not in plugin.default_types:
            raise NotFound("Examples", wanted, ["list", *plugin.default_types])
        kinds = ", ".join([wanted] if wanted else plugin.default_types)
        question = f"Install the examples of {kinds}?"
        folder = (f"They go to {plugin.profile_dir}.",)
        step = Confirm(question, lambda: _installed(plugin, wanted), folder, "Install")
        return Outcome(effect=step)

    def complete(_context: Context, words: Sequence[str]) -> Iterable[Candidate]:
        return () if words else map(Candidate, ["list", *plugin.default_types])

    return Command(
        "examples",
        "List or install the example files.",
        run,
        "[list | TYPE]",
        "They go into the folders of the running profile. You are asked before, and once more "
        "for files of yours that would be replaced.",
        complete=complete,
        plugin=plugin.name,
    )


def _listed(plugin: Any, kind: str) -> str:
    names = "\n".join(f"* {plain(name)}" for name in plugin.get_examples(kind))
    return f"## {kind.capitalize()}\n\nInto {plain(Path(plugin.profile_dir, kind))}\n\n{names}"


def _installed(plugin: Any, kind: str) -> Outcome:
    taken: list[Path] = []

    def may_replace(path: Path) -> bool:
        taken.append(path)
        return not plugin.confirm_overwrite

    written = plugin.install_examples(kind or None, may_replace)
    text = f"{len(written)} files were written."
    if not taken or not plugin.confirm_overwrite:
        return Outcome(text, changed=_CHANGED)

    def replace() -> Outcome:
        again = plugin.install_examples(kind or None, lambda path: path in taken)
        return Outcome(f"{len(again)} files were replaced.", changed=_CHANGED)

    question = f"Replace {len(taken)} files of yours that differ?"
    step = Confirm(question, replace, tuple(map(str, taken)), "Replace")
    return Outcome(text, step, _CHANGED)


COMMANDS = (
    Command("tools", "List the tools that a model may call.", _tools, "[FILTER]"),
    group(
        "plugin",
        "Load a plugin again.",
        [
            Action(
                "reload",
                "NAME",
                "Load a plugin again, and fetch its models again.",
                _reload,
                _plugin_names,
            )
        ],
    ),
    Command("plugins", "List the plugins.", _plugins, "[FILTER]"),
)
