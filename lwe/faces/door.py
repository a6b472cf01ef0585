"""The library's door: inside, things raise; outside, the seed's tuples answer."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from lwe.errors import LweError

P = ParamSpec("P")
S = TypeVar("S")
Answer = tuple[bool, Any, str]
"""The seed's `(success, response, message)`."""


def answers(method: Callable[Concatenate[S, P], Answer]) -> Callable[Concatenate[S, P], Answer]:
    """Turn an `LweError` into `(False, error.answer, sentence)`; a bug still raises."""

    @functools.wraps(method)
    def answered(self: S, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        try:
            return method(self, *args, **kwargs)
        except LweError as error:
            return False, error.answer, error.message

    return answered
