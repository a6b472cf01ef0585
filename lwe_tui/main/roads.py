"""The roads to a first answer: what is found without asking, and the three that a key opens."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from lwe.errors import LweError, ProviderError
from lwe.state import State
from lwe_tui import discovery
from lwe_tui.messages import AskWith, Noticed
from lwe_tui.sources import Address, Sources

if TYPE_CHECKING:
    from textual.screen import Screen

WELCOME = """\
Nothing that could answer was found: no key in the environment, no model server on this machine, \
no embedded model.

Three roads, each one key away:

ctrl+l a   enter an OpenAI key and test it
ctrl+l m   install the embedded model: tiny, often wrong, but here
ctrl+l u   name the URL of any OpenAI-compatible server
"""
READY = """\
Write below and press Enter.
alt+1 … alt+0 switch the preset, F1 helps.
"""
KEY_VARIABLE = "OPENAI_API_KEY"


async def first_found(sources: Sources, state: State) -> tuple[State, str] | None:
    """Find what can answer when nothing is configured.

    Returns:
        The state to start in and a line that names it; None when nothing was found.
    """
    if discovery.has_key():
        return state, f"Using OpenAI's API with {state.model}. F2 lists other presets."
    if server := await discovery.find_server():
        state = await sources.use_server(state, server)
        return state, f"Using {server.label} on this machine with {server.model}. F2 lists others."
    if await sources.local_model_here():
        state = await sources.session.activate_preset(state, "local")
        return state, "Using the embedded demo model: tiny, often wrong. F2 lists other presets."
    return None


class Roads:
    """Leads from a key press to a model that answers.

    Args:
        screen: where forms are shown and news is posted.
        sources: what may answer.
        state: returns the state in force; it may change while a form is open.
    """

    def __init__(self, screen: Screen[None], sources: Sources, state: Callable[[], State]) -> None:
        self._screen, self.sources, self._state = screen, sources, state

    async def enter_key(self) -> None:
        """Ask for an OpenAI key, test it, keep it and use it."""
        from lwe_tui.modals.form import Field, Form

        problem = ""
        while True:
            answer = await self._screen.app.push_screen_wait(
                Form(
                    "OpenAI key",
                    [Field("key", "Key", secret=True)],
                    "It is tested, then kept in keys.env of your profile, readable by you alone.",
                    problem,
                )
            )
            if not answer or not answer["key"].strip():
                return
            try:
                await self.sources.list_models(discovery.OPENAI_URL, answer["key"].strip())
                await self.sources.keep_key(KEY_VARIABLE, answer["key"])
                state = await self.sources.use_provider(self._state(), "chat_openai")
            except LweError as error:
                problem = str(error)
                continue
            self._use(state, f"The key works. Using {state.model}.")
            return

    async def name_endpoint(self) -> None:
        """Ask for a base URL, see which models it has, and make a preset of it."""
        from lwe_tui.modals.form import Field, Form

        values, problem = {"url": "http://127.0.0.1:8080/v1", "key": "", "model": ""}, ""
        while True:
            answer = await self._screen.app.push_screen_wait(
                Form(
                    "Endpoint",
                    [
                        Field("url", "Base URL", values["url"]),
                        Field("key", "Key, if it needs one", values["key"], secret=True),
                        Field("model", "Model; empty for its first", values["model"]),
                    ],
                    "Any server that speaks OpenAI's chat completions.",
                    problem,
                )
            )
            if not answer:
                return
            values = answer
            try:
                name = await self.sources.add_endpoint(
                    values["url"].strip(), values["key"].strip(), values["model"].strip()
                )
                state = await self.sources.session.activate_preset(self._state(), name)
            except LweError as error:
                problem = str(error)
                continue
            self._use(state, f"Saved as the preset {name} and used from now on.")
            return

    async def another_key(self, state: State, address: Address) -> tuple[State, str] | None:
        """Ask for another key of an address, test it and keep it.

        Returns:
            The state that uses it and what to tell; None when the form was closed.

        Raises:
            LweError: when it cannot be kept.
        """
        from lwe_tui.modals.form import Field, Form

        explanation = (
            f"It is tested, then kept as {address.variable} in keys.env of your profile, readable "
            "by you alone."
        )
        problem = ""
        while True:
            form = Form(
                f"Key for {address.base_url}",
                [Field("key", "Key", secret=True)],
                explanation,
                problem,
            )
            answer = await self._screen.app.push_screen_wait(form)
            if not answer or not (key := answer["key"].strip()):
                return None
            told = "The key works."
            try:
                await self.sources.list_models(address.base_url, key)
            except ProviderError as error:
                if error.kind != "not_found":
                    problem = str(error)
                    continue
                told = "The key is kept; this server has nothing to test it with."
            state, warning = await self.sources.put_key(state, address, key)
            return state, told + warning

    async def another_url(self, state: State, address: Address, went_to: str) -> State | None:
        """Ask for another base URL and see whether it answers; None when the form was closed.

        Args:
            went_to: the whole URL that was asked in vain.
        """
        from lwe_tui.modals.form import Field, Form

        url, problem = address.base_url, ""
        explanation = f"The request went to {went_to or address.base_url}"
        while True:
            form = Form("Base URL", [Field("url", "Base URL", url)], explanation, problem)
            answer = await self._screen.app.push_screen_wait(form)
            if not answer or not (url := answer["url"].strip().rstrip("/")):
                return None
            try:
                await self.sources.list_models(url, address.key)
            except ProviderError as error:
                if error.kind != "auth":  # It answers, if only to say that.
                    url, problem = await self._better(url, address.key, str(error))
                    continue
            return await self.sources.put_url(state, url)

    async def _better(self, url: str, key: str, problem: str) -> tuple[str, str]:
        """Try what is left out most often."""
        if not url.endswith("/v1"):
            with suppress(ProviderError):
                await self.sources.list_models(f"{url}/v1", key)
                return f"{url}/v1", f"{url} does not answer, but {url}/v1 does: Enter takes it."
        return url, problem

    async def install_model(self) -> None:
        """Fetch the embedded model's weights and use it."""
        from lwe_tui.modals.progress import Progress

        problem = await self.sources.local_model_problem()
        if not problem:
            problem = await self._screen.app.push_screen_wait(
                Progress("Fetching the embedded model (93 MB)", self.sources.fetch_local_model)
            )
        if problem:
            self._screen.post_message(Noticed(problem, "error"))
            return
        try:
            state = await self.sources.session.activate_preset(self._state(), "local")
        except LweError as error:
            self._screen.post_message(Noticed(str(error), "error"))
            return
        self._use(state, "The embedded demo model is ready. It is tiny and often wrong.")

    def _use(self, state: State, notice: str) -> None:
        self._screen.post_message(AskWith(state))
        self._screen.post_message(Noticed(notice))
