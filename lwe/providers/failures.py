"""Says what went wrong between us and a model's server: the kind, the reason, what helps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lwe.errors import Details, ProviderError, ProviderFault

LONGEST_RAW = 20_000
LEAST_SECRET = 6
"""Characters of a key that cannot be a word by chance."""
HIDDEN = "•••"
_SECRETS = (
    (re.compile(r"(?i)(\bbearer\s+)[^\s\"',;<>]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(://)[^/\s@\"']+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(?i)([?&](?:api[-_]?key|key|token)=)[^\s\"'&<>]+"), rf"\1{HIDDEN}"),
    (re.compile(r"\b(?:sk|pk|gsk|xai|hf|ghp|nvapi)[-_][\w*.-]{6,}|\bAIza[\w-]{20,}"), HIDDEN),
)
_REMEDIES: dict[ProviderFault, str] = {
    "auth": "Check the API key.",
    "quota": "Check the account's credit and limits.",
    "rate_limit": "Wait a little, then retry.",
    "too_long": "Shorten the conversation or start a new one.",
    "filtered": "Say it in other words, or choose another model.",
    "no_model": "Check the model's name, or choose another one.",
    "not_found": "Check the model's name and the base URL.",
    "refused": "Check the preset's parameters.",
    "timeout": "Retry, or raise request_timeout in the preset.",
    "server": "Retry; if it stays so, the server is in trouble.",
    "other": "Retry; if it stays so, the server is in trouble.",
}
_SAID: tuple[tuple[ProviderFault, frozenset[int], re.Pattern[str]], ...] = (
    ("quota", frozenset((402,)), re.compile("")),
    ("quota", frozenset((403, 429)), re.compile(r"insufficient_quota|credit balance")),
    (
        "too_long",
        frozenset((400, 413, 422, 500)),
        re.compile(
            r"context.*(length|size|window|exceed)|exceeds?\b.*context"
            r"|prompt is too long|maximum number of tokens"
        ),
    ),
    (
        "filtered",
        frozenset((400, 403, 422)),
        re.compile(r"content.?(filter|policy|management)|flagged|moderation"),
    ),
    (
        "no_model",
        frozenset((400, 404, 422)),
        re.compile(
            r"model_not_found|(model|deployment)\b.*(not found|not.exist|n't exist|not available)"
            r"|(unknown|invalid|no such) model|not a valid model"
        ),
    ),
)
_BY_STATUS: tuple[tuple[ProviderFault, frozenset[int]], ...] = (
    ("auth", frozenset((401, 403))),
    ("not_found", frozenset((404, 405, 410))),
    ("timeout", frozenset((408,))),
    ("rate_limit", frozenset((429,))),
    ("refused", frozenset((400, 413, 422))),
)
_BY_WORDS: tuple[tuple[ProviderFault, re.Pattern[str]], ...] = (
    ("rate_limit", re.compile(r"rate.?limit|too many requests")),
    ("auth", re.compile(r"api.?key|unauthori[sz]ed|authentication")),
    ("server", re.compile(r"overload|internal|server_error|unavailable")),
)
_CAUSES = (
    (
        re.compile(r"(?i)not known|nodename|getaddrinfo|name resolution|no address associated"),
        "The name {host} is not known.",
        "Check the base URL's spelling and the network.",
    ),
    (
        re.compile(r"(?i)certificate"),
        "Its certificate is not trusted.",
        "Check the base URL and the clock, or name a certificate with SSL_CERT_FILE.",
    ),
    (
        re.compile(r"(?i)wrong.version.number|record layer|\bSSL\b|TLS"),
        "It does not answer in TLS.",
        "Begin the base URL with http:// if the server has none.",
    ),
    (
        re.compile(r"(?i)refused"),
        "Nothing listens at {place}.",
        "Start the server, or correct the base URL.",
    ),
)


def hidden(text: str, secret: str = "") -> str:
    """Return a text without keys: a known one, and whatever looks like one."""
    if len(secret) >= LEAST_SECRET:
        text = text.replace(secret, HIDDEN)
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def hide(error: ProviderError, secret: str) -> None:
    """Take keys out of an error, also out of what was kept of the server's words."""
    error.args = (hidden(str(error), secret),)
    details = error.details
    error.details = Details(
        hidden(details.url, secret), details.status, hidden(details.raw, secret)
    )


def kind_of(status: int, said: str) -> ProviderFault:
    """Sort a server's refusal.

    Args:
        status: as in HTTP, 0 when an error came without any.
        said: the server's sentence, with its code if it gave one.
    """
    words = said.lower()
    for kind, statuses, pattern in _SAID:
        if (status in statuses or (not status and pattern.pattern)) and pattern.search(words):
            return kind
    if not status:
        return next((kind for kind, pattern in _BY_WORDS if pattern.search(words)), "other")
    if status >= 500:
        return "server"
    return next((kind for kind, statuses in _BY_STATUS if status in statuses), "other")


def remedy_for(kind: ProviderFault) -> str:
    """Say what a user can do."""
    return _REMEDIES.get(kind, "Retry.")


def reported(said: str, code: object, raw: str) -> ProviderError:
    """Return an error that came inside a reply of status 200.

    Args:
        code: a status or a word; servers differ.
    """
    status = code if isinstance(code, int) and 400 <= code < 600 else 0
    kind = kind_of(status, f"{code or ''} {said}")
    return ProviderError(
        f"The server reported an error: {said.rstrip('.')}.",
        kind,
        remedy_for(kind),
        details=Details("", status or None, raw[:LONGEST_RAW]),
    )


def connection_error(what: str, url: str, cause: BaseException) -> ProviderError:
    """Return why a server cannot be reached, or was lost."""
    chain = list(_chain(cause))
    text = str(cause).rstrip(".") or type(cause).__name__
    host, place = _host(url)
    everything = " ".join(f"{type(error).__name__}: {error}" for error in chain)
    why, remedy = "", "Check the network and the base URL, then retry."
    if proxy := _proxy(url, host):
        why = f"It goes through the proxy {proxy}."
        remedy = "Check the proxy, or name the host in NO_PROXY."
    else:
        for pattern, reason, help_ in _CAUSES:
            if pattern.search(everything):
                why, remedy = reason.format(host=host, place=place), help_
                break
    raw = "\n".join(f"{type(error).__module__}.{type(error).__name__}: {error}" for error in chain)
    message = f"{what}: {text}. {why}".rstrip()
    return ProviderError(message, "connection", remedy, details=Details(url, None, raw))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _host(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        host = parts.hostname or url
        return host, f"{host}:{parts.port}" if parts.port else host
    except ValueError:
        return url, url


def _proxy(url: str, host: str) -> str:
    from urllib.request import getproxies_environment, proxy_bypass

    if proxy_bypass(host):
        return ""
    proxies = getproxies_environment()
    return hidden(proxies.get(url.partition(":")[0]) or proxies.get("all") or "")
