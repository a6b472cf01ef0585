"""Counts tokens exactly as OpenAI's models see them, offline: the vocabularies come along.

The files under `shipped/vocabularies` are the encodings that OpenAI publishes for its package
tiktoken (MIT licence, beside them), unchanged but gzipped; tiktoken itself would download them.
A vocabulary takes about 80 MB of memory and 0.3 s to load, so it is loaded when the first token
has to be counted, once, whatever thread asks.
"""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from lwe.errors import ConfigError, NotFound

if TYPE_CHECKING:
    from tiktoken import Encoding

FOLDER = Path(__file__).parent / "shipped" / "vocabularies"
DEFAULT = "cl100k_base"
"""The encoding for models that nobody knows, as in the seed."""
LONGEST_TOKEN = 128
"""Bytes of the longest token of both vocabularies; the shortest has one."""
BLANKS = 250_000
"""A block of so many blanks is tokenised alone: at a million in a row tiktoken's stack ends."""
MOST_COUNTS = 32_768
"""Texts whose count is remembered; an entry takes about 200 bytes, however long its text."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a vocabulary's file does not say: its size, how text is split, its control tokens."""

    size: int
    pattern: str
    special: Mapping[str, int]


_WORD = r"[^\r\n\p{L}\p{N}]?"
_BIG, _SMALL = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_ENDING = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
SHAPES: Mapping[str, _Shape] = {
    "o200k_base": _Shape(
        199_998,
        "|".join(
            (
                f"{_WORD}{_BIG}*{_SMALL}+{_ENDING}",
                f"{_WORD}{_BIG}+{_SMALL}*{_ENDING}",
                r"\p{N}{1,3}",
                r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
                r"\s*[\r\n]+",
                r"\s+(?!\S)",
                r"\s+",
            )
        ),
        {"<|endoftext|>": 199_999, "<|endofprompt|>": 200_018},
    ),
    "cl100k_base": _Shape(
        100_256,
        "|".join(
            (
                r"'(?i:[sdmt]|ll|ve|re)",
                rf"{_WORD}+\p{{L}}++",
                r"\p{N}{1,3}+",
                r" ?[^\s\p{L}\p{N}]++[\r\n]*+",
                r"\s++$",
                r"\s*[\r\n]",
                r"\s+(?!\S)",
                r"\s",
            )
        ),
        {
            "<|endoftext|>": 100_257,
            "<|fim_prefix|>": 100_258,
            "<|fim_middle|>": 100_259,
            "<|fim_suffix|>": 100_260,
            "<|endofprompt|>": 100_276,
        },
    ),
}

_NEWER = re.compile(r"(ft:)?(gpt-(4\.1|[5-9])|o[134](-|$))")
"""Models with o200k_base that a release of tiktoken may be too old to know."""

_loading = threading.Lock()
_encodings: dict[str, Encoding] = {}
_remembering = threading.Lock()
_counts: dict[tuple[str, int, int], int] = {}


def encoding_name(model: str) -> str:
    """Return the name of a model's encoding: "o200k_base" or "cl100k_base".

    Models that have long been switched off used others, which do not come along: they are
    counted like a model that nobody knows.

    Raises:
        ConfigError: when tiktoken, whose table of models is read, is not installed.
    """
    return _named(model) or DEFAULT


def is_known(model: str) -> bool:
    """Tell whether a model's counts are exact and not those of another model's encoding.

    Raises:
        ConfigError: when tiktoken is not installed.
    """
    return _named(model) is not None


def count(text: str, model: str) -> int:
    """Count the tokens of a text; what looks like a control token is ordinary text.

    Args:
        text: any text.
        model: the model that is to read it; an unknown one is counted with cl100k_base.

    Raises:
        ConfigError: when the vocabulary cannot be loaded.
    """
    if not text:
        return 0
    name = encoding_name(model)
    # The hash instead of the text: long texts need not stay in memory to be recognised.
    key = name, len(text), hash(text)
    known = _counts.get(key)
    if known is not None:
        return known
    number = length(text, encoding(name))
    with _remembering:
        if len(_counts) >= MOST_COUNTS:
            del _counts[next(iter(_counts))]
        _counts[key] = number
    return number


def length(text: str, known: Encoding) -> int:
    """Count the tokens of a text with a vocabulary that is already at hand."""
    starts = [n for n in range(BLANKS, len(text), BLANKS) if text[n : n + BLANKS].isspace()]
    pieces = (text[begin:end] for begin, end in pairwise((0, *starts, len(text))))
    return sum(len(known.encode_ordinary(piece)) for piece in pieces)


def encoding(name: str) -> Encoding:
    """Return a vocabulary, loaded on the first call and kept.

    Args:
        name: "o200k_base" or "cl100k_base".

    Raises:
        NotFound: for another name.
        ConfigError: when it cannot be loaded.
    """
    if name not in _encodings:
        if name not in SHAPES:
            raise NotFound("Encoding", name, SHAPES)
        with _loading:
            if name not in _encodings:
                _encodings[name] = _load(name)
    return _encodings[name]


def _load(name: str) -> Encoding:
    try:
        from tiktoken import Encoding
    except ImportError as error:
        raise _no_tiktoken(error) from error
    shape = SHAPES[name]
    return Encoding(
        name,
        pat_str=shape.pattern,
        mergeable_ranks=_ranks(FOLDER / f"{name}.tiktoken.gz", shape.size),
        special_tokens=dict(shape.special),
    )


def _ranks(path: Path, size: int) -> dict[bytes, int]:
    import gzip
    import zlib
    from binascii import a2b_base64

    try:
        lines = gzip.decompress(path.read_bytes()).splitlines()
        ranks = {a2b_base64(token): int(rank) for token, rank in map(bytes.split, lines)}
        # Where ranks are missing, the Rust side panics: that is no Exception.
        if len(ranks) != size:
            raise ValueError(f"{len(ranks)} tokens instead of {size}")
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise ConfigError(
            f"The vocabulary {path} cannot be read: {error}. Install the package lwe-tui again."
        ) from error
    return ranks


@functools.lru_cache(maxsize=256)
def _named(model: str) -> str | None:
    if _NEWER.match(model):
        return "o200k_base"
    try:
        from tiktoken.model import encoding_name_for_model
    except ImportError as error:
        raise _no_tiktoken(error) from error
    try:
        name = encoding_name_for_model(model)
    except KeyError:
        return None
    if name == "o200k_harmony":  # o200k_base with more control tokens
        return "o200k_base"
    return name if name in SHAPES else None


def _no_tiktoken(error: ImportError) -> ConfigError:
    return ConfigError(
        f"Tokens cannot be counted because tiktoken cannot be imported: {error}. "
        "Install it with 'pip install tiktoken'."
    )
