"""At the library's door failures become tuples, bugs stay bugs, and names come when asked for."""

from __future__ import annotations

import pytest

import lwe
from lwe.errors import LweError, NotFound, PresetError, ProviderError
from lwe.faces.door import Answer, answers
from lwe.version import VERSION


class Door:
    @answers
    def open(self, error: Exception | None = None) -> Answer:
        """Open, or fail as told."""
        if error:
            raise error
        return True, self, "open"


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (LweError("A sentence."), (False, None, "A sentence.")),
        (NotFound("Preset", "x"), (False, "x", "Preset 'x' not found")),
        (NotFound("Conversation", 7), (False, None, "Conversation '7' not found")),
        (ProviderError("What.", "auth", "What to do."), (False, None, "What. What to do.")),
    ],
)
def test_a_failure_is_answered(error: Exception, answer: Answer) -> None:
    assert Door().open(error) == answer


def test_success_passes_and_the_method_keeps_its_name() -> None:
    door = Door()
    assert door.open() == (True, door, "open")
    assert (Door.open.__name__, Door.open.__doc__) == ("open", "Open, or fail as told.")


@pytest.mark.parametrize("bug", [KeyError("x"), TypeError("x"), ValueError("x")])
def test_a_bug_is_seen(bug: Exception) -> None:
    with pytest.raises(type(bug)):
        Door().open(bug)


def test_close_names_are_offered() -> None:
    error = NotFound("Preset", "gpt4", ["gpt-4", "gpt-4o", "local"])
    assert str(error) == "Preset 'gpt4' not found. Did you mean gpt-4 or gpt-4o?"
    assert error.close == ["gpt-4", "gpt-4o"]


def test_every_failure_is_one_of_ours() -> None:
    assert issubclass(PresetError, LweError)
    assert ProviderError("x").kind == "other"


def test_the_package_gives_its_names_and_no_others() -> None:
    assert lwe.__version__ == VERSION
    assert lwe.ApiBackend.__name__ == "ApiBackend"
    assert set(lwe.__all__) == {"ApiBackend", "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        lwe.nothing  # noqa: B018 - looking is the test
