"""Requests that are polite and stubborn: paced, retried with growing pauses, and silent about secrets."""

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from orchestration.ingestion.model import Feed, RestSource
from orchestration.ingestion.sources.base import SourceError, from_environment, without

if TYPE_CHECKING:
    import requests

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0  # seconds between attempts; doubled each time
LONGEST_WAIT_ASKED = 900.0  # a server that asks for more is left for the next run
PASSING = {408, 425, 429, 500, 502, 503, 504}
ADVICE = {
    401: "the server wants to know who asks; check auth and auth_env",
    403: "the secret is known but may not read this; ask for the right",
    404: "there is nothing at this address; check url",
}


class Number(str):
    """A JSON number, digit for digit as it was sent."""


class Client:
    """One feed's connection to its server."""

    def __init__(self, feed: Feed, source: RestSource, sleep: Callable[[float], None] = time.sleep) -> None:
        import requests

        self.feed, self.source, self._sleep = feed.feed, source, sleep
        self._secret = None
        if source.auth != "none":
            self._secret = from_environment(feed.feed, source.auth_env, f"the secret for {source.auth} (auth_env)")
        if source.auth == "basic" and ":" not in self._secret:
            raise SourceError(f"feed {feed.feed}: {source.auth_env} must hold user:password for auth: basic")
        self._origin = _origin(source.url)
        self._next_at = 0.0
        self._session = requests.Session()

    def close(self) -> None:
        self._session.close()

    def get(self, url: str, params: dict[str, str]) -> tuple["requests.Response", Any]:
        """The response and its JSON, after as many attempts as the feed allows."""
        url = urljoin(self.source.url, url)
        if _origin(url) != self._origin:
            raise self.error(f"the next page is at {_origin(url)}, another server, which must not see the secret")
        pause, left = FIRST_PAUSE, self.source.retries
        while True:
            response, trouble = self._attempt(url, params)
            if trouble is None:
                return response, self._json(response)
            if left == 0:
                raise self.error(f"{trouble}, {self.source.retries + 1} times in a row; try later or raise retries")
            self._sleep(max(pause, self._asked_pause(response)))
            pause, left = min(2 * pause, LONGEST_PAUSE), left - 1

    def _attempt(self, url: str, params: dict[str, str]) -> tuple["requests.Response | None", str | None]:
        """One paced request: the response, and what went wrong if trying again may help."""
        import requests

        self._sleep(max(0.0, self._next_at - time.monotonic()))
        self._next_at = time.monotonic() + 1 / self.source.requests_per_second
        try:
            response = self._session.get(
                url,
                params=params,
                auth=self._sign,
                timeout=self.source.timeout_seconds,
                headers={"Accept": "application/json"},
                allow_redirects=False,
            )
        except requests.exceptions.SSLError:
            raise self.error("the server's certificate is not trusted; set REQUESTS_CA_BUNDLE to its issuer") from None
        except requests.Timeout:
            return None, f"no answer within {self.source.timeout_seconds:g} s"
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            return None, "no connection or a broken one"
        except requests.RequestException as error:
            raise self.error(f"the request cannot be made ({type(error).__name__}); check url") from None
        if response.status_code in PASSING:
            return response, f"the server answered {response.status_code}"
        if response.is_redirect:
            target = response.headers["Location"]
            raise self.error(f"the server sends us on to {target}; if that is right, write it as url")
        if response.status_code >= 400:
            advice = ADVICE.get(response.status_code, "check url and params")
            error = self.error(f"the server answered {response.status_code}: {advice}")
            raise StatusError(str(error), response.status_code)
        return response, None

    def _sign(self, request: "requests.PreparedRequest") -> "requests.PreparedRequest":
        # Given as a callable so that a netrc file of the user never replaces it.
        import requests

        match self.source.auth:
            case "bearer":
                request.headers["Authorization"] = f"Bearer {self._secret}"
            case "basic":
                requests.auth.HTTPBasicAuth(*self._secret.split(":", 1))(request)
            case "header":
                request.headers[self.source.auth_header] = self._secret
        return request

    def _asked_pause(self, response: "requests.Response | None") -> float:
        """Seconds that the server asks for in Retry-After, as a number or a date."""
        asked = response.headers.get("Retry-After", "") if response is not None else ""
        if re.fullmatch(r"\d+", asked):
            seconds = float(asked)
        else:
            try:
                seconds = (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
            except (TypeError, ValueError):
                return 0.0
        if seconds > LONGEST_WAIT_ASKED:
            raise self.error(f"the server asks to come back in {seconds:.0f} s; run again then")
        return seconds

    def _json(self, response: "requests.Response") -> Any:
        try:
            text = response.content.decode(response.encoding if "charset" in _type(response) else "utf-8-sig")
            return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=str)
        except ValueError:
            kind = _type(response) or "no declared type"
            start = response.content[:60].decode("utf-8", "replace")
            raise self.error(f"the answer is not JSON ({kind}, begins with {start!r}); check url") from None

    def error(self, what: str) -> SourceError:
        """An error that names the feed and the address, without query, user or secret."""
        address = f"{self._origin}{urlsplit(self.source.url).path}"
        parts = (self._secret or "").split(":", 1)  # user and password apart, for auth: basic
        return SourceError(without(f"feed {self.feed}: {address}: {what}", self._secret, *parts))


class StatusError(SourceError):
    """The server refused; kept apart because some servers say 404 behind the last page."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def dump(value: Any) -> str:
    """JSON on one line with every number as it was sent."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{dump(str(key))}: {dump(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _origin(url: str) -> str:
    """Scheme, host and port without user or password."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _type(response: "requests.Response") -> str:
    return response.headers.get("Content-Type", "").lower()
