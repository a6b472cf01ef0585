"""Does what helps against a failure: another key, URL, model or preset; then the question again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lwe.errors import ConfigError, LweError, ProviderError
from lwe.state import State
from lwe_tui import keys
from lwe_tui.chat.live import View
from lwe_tui.chat.remedies import Failure

if TYPE_CHECKING:
    from lwe_tui.main.actions import Actions
    from lwe_tui.sources import Address


class Mending:
    """One method for each deed of a remedy.

    Args:
        screen: where forms are shown and questions are asked again.
    """

    def __init__(self, screen: Actions) -> None:
        self._screen = screen

    async def key(self, failure: Failure) -> None:
        """Enter another key."""
        view, state = self._screen.chat.view, self._screen.state
        if (address := await self._address(state)) is None:
            await self.preset(failure)
        elif made := await self._screen.roads.another_key(state, address):
            self._again(failure, view, *made)

    async def url(self, failure: Failure) -> None:
        """Change the base URL."""
        view, state = self._screen.chat.view, self._screen.state
        error = failure.error
        went_to = error.details.url if isinstance(error, ProviderError) else ""
        if (address := await self._address(state)) is None:
            await self.preset(failure)
        elif made := await self._screen.roads.another_url(state, address, went_to):
            self._again(failure, view, made, "It answers.")

    async def model(self, failure: Failure) -> None:
        """Choose one of the models that are there."""
        from lwe_tui.modals.choice import Choice, chosen
        from lwe_tui.widgets.virtual_list import Row

        view, state, sources = (
            self._screen.chat.view,
            self._screen.state,
            self._screen.roads.sources,
        )
        if (address := await self._address(state)) is None:
            await self._screen.asking.choose_model()
            return
        names = await sources.list_models(address.base_url, address.key)
        rows = [Row(name, name) for name in names]
        picker = Choice(rows, f"Model ({len(names)} at {address.base_url})", free=True)
        name = chosen(await self._screen.app.push_screen_wait(picker))
        if name is not None:
            keeps = keys.named("main.save_preset")
            told = f"Asking {name} from now on; {keeps} saves that as a preset."
            self._again(failure, view, await sources.put_model(self._screen.state, name), told)

    async def limit(self, failure: Failure) -> None:
        """Change how much may be submitted."""
        await self._screen.asking.set_limit()

    async def parameters(self, failure: Failure) -> None:
        """Change the parameters."""
        await self._screen.asking.change_parameters()

    async def preset(self, failure: Failure) -> None:
        """Choose another preset."""
        self._screen.action_focus_presets()

    async def file(self, error: LweError) -> None:
        """Open the file that cannot be read, then open the profile again."""
        if isinstance(error, ConfigError) and error.file:
            from lwe_tui import editing

            await editing.edit_file(self._screen.app, Path(error.file))
        self._screen.action_retry()

    async def _address(self, state: State) -> Address | None:
        return await self._screen.roads.sources.address(state)

    def _again(self, failure: Failure, view: View, state: State, told: str) -> None:
        """Ask again with what was mended, if the same conversation is still open."""
        self._screen.show_notice(told, "info")
        if view is not self._screen.chat.view:
            return
        self._screen.switching.ask_with(state)
        if failure.noted:
            self._screen.chat.questions.retry()
        self._screen.back_to_composer()
