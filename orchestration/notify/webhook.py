"""A JSON POST to an address of yours: chat tools show its `text`, programs read the rest."""

import http.client
import ipaddress
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from orchestration.notify.channels import ChannelError, Passing, timeout_of, with_retries


class _StayHere(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to where nobody sent it."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True)
class Webhook:
    """POST to `url`, with `token` as bearer when there is one. Certificates are verified; redirects not followed."""

    url: str = field(repr=False)  # chat tools put their secret into it
    token: str = field(default="", repr=False)
    timeout: float = 10.0

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Webhook":
        """From CRM_NOTIFY_WEBHOOK, CRM_NOTIFY_WEBHOOK_TOKEN, CRM_NOTIFY_TIMEOUT."""
        url, token = given["CRM_NOTIFY_WEBHOOK"].strip(), given.get("CRM_NOTIFY_WEBHOOK_TOKEN", "").strip()
        try:
            parts = urlsplit(url)
            good = parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and _here(parts.hostname)))
            parts.port  # noqa: B018, raises for one that is no number
        except ValueError:
            good = False
        if not good or any(letter.isspace() for letter in url):
            raise ChannelError("CRM_NOTIFY_WEBHOOK is not an https:// address (http:// only on this machine)")
        if not token.isascii() or any(letter.isspace() for letter in token):
            raise ChannelError("CRM_NOTIFY_WEBHOOK_TOKEN holds white space or letters beyond ASCII")
        return cls(url, token, timeout_of(given))

    def send(self, message: dict[str, Any]) -> None:
        """Deliver, or ChannelError. Connections, timeouts, 429 and 5xx are tried again."""
        with_retries(lambda: self._post(json.dumps(message, ensure_ascii=False).encode()))

    def _post(self, body: bytes) -> None:
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "acrm"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url, body, headers, method="POST")
        tls = urllib.request.HTTPSHandler(context=ssl.create_default_context())
        try:
            with urllib.request.build_opener(_StayHere, tls).open(request, timeout=self.timeout):
                return
        except urllib.error.HTTPError as error:
            error.close()
            kind = Passing if error.code == 429 or error.code >= 500 else ChannelError
            raise kind(f"the server answered {error.code}") from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, ssl.SSLCertVerificationError):
                raise ChannelError("the server's certificate is not valid here") from None
            raise Passing(said(reason)) from None


def said(error: object) -> str:
    """A network error in words that quote nothing."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"the connection failed ({type(error).__name__})"


def _here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
