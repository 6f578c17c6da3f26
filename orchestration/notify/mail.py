"""An e-mail by SMTP: STARTTLS as a rule, TLS from the first byte or none where the server wants it so."""

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any

from orchestration.notify.channels import ChannelError, Passing, timeout_of, with_retries
from orchestration.notify.webhook import said

PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class Mail:
    """A server and who writes to whom. Certificates are verified; a password goes over TLS only."""

    host: str
    port: int
    security: str
    sender: str = field(repr=False)
    to: tuple[str, ...] = field(repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    timeout: float = 10.0

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Mail":
        """From CRM_NOTIFY_EMAIL (who gets it, with commas between), CRM_NOTIFY_EMAIL_FROM and CRM_SMTP_*."""
        to = tuple(part.strip() for part in given["CRM_NOTIFY_EMAIL"].split(",") if part.strip())
        sender = given.get("CRM_NOTIFY_EMAIL_FROM", "").strip() or next(iter(to), "")
        host, user = given.get("CRM_SMTP_HOST", "").strip(), given.get("CRM_SMTP_USER", "")
        security = given.get("CRM_SMTP_SECURITY", "starttls").strip().lower()
        if not host:
            raise ChannelError("CRM_NOTIFY_EMAIL is set but CRM_SMTP_HOST is not")
        if not to or any(not _is_address(address) for address in (*to, sender)):
            raise ChannelError("CRM_NOTIFY_EMAIL or CRM_NOTIFY_EMAIL_FROM holds something that is not an address")
        if security not in PORTS:
            raise ChannelError(f"CRM_SMTP_SECURITY is none of {', '.join(PORTS)}")
        if user and security == "none":
            raise ChannelError("CRM_SMTP_USER needs CRM_SMTP_SECURITY=starttls or tls: a password goes over TLS only")
        port = given.get("CRM_SMTP_PORT", str(PORTS[security]))
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise ChannelError("CRM_SMTP_PORT is not the number of a port")
        if security != "tls" and int(port) == PORTS["tls"]:
            raise ChannelError("CRM_SMTP_PORT=465 needs CRM_SMTP_SECURITY=tls")
        password = given.get("CRM_SMTP_PASSWORD", "")
        return cls(host, int(port), security, sender, to, user, password, timeout_of(given))

    def send(self, message: dict[str, Any]) -> None:
        """Deliver to all, or ChannelError. Connections, timeouts and answers of 4xx are tried again."""
        letter = EmailMessage()
        letter["Subject"], letter["From"], letter["To"] = message["subject"], self.sender, ", ".join(self.to)
        letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain=self.sender.rpartition("@")[2])
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(message["text"])
        with_retries(lambda: self._deliver(letter))

    def _deliver(self, letter: EmailMessage) -> None:
        try:
            with self._connection() as server:
                if self.security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                if refused := server.send_message(letter):
                    raise ChannelError(f"the server refused {len(refused)} of {len(self.to)} addresses")
        except smtplib.SMTPRecipientsRefused as error:
            self._refused(min(code for code, _ in error.recipients.values()), "every address")
        except smtplib.SMTPAuthenticationError as error:
            self._refused(error.smtp_code, "user or password")
        except smtplib.SMTPResponseException as error:
            self._refused(error.smtp_code, "the message")
        except smtplib.SMTPNotSupportedError:
            raise ChannelError("the server offers no STARTTLS, or no log-in") from None
        except smtplib.SMTPServerDisconnected:
            raise Passing("the server closed the connection") from None
        except ssl.SSLCertVerificationError:
            raise ChannelError("the server's certificate is not valid here") from None
        except ssl.SSLError:
            hint = " from the first byte; try CRM_SMTP_SECURITY=starttls" if self.security == "tls" else ""
            raise ChannelError(f"the server speaks no TLS{hint}") from None
        except OSError as error:
            raise Passing(said(error)) from None

    def _connection(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=ssl.create_default_context())
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)

    def _refused(self, code: int, what: str) -> None:
        raise (Passing if 400 <= code < 500 else ChannelError)(f"the server refused {what} ({code})") from None


def _is_address(text: str) -> bool:
    name, _, domain = text.rpartition("@")
    return bool(name and domain and text.isascii()) and not any(c.isspace() or c in ",;<>" for c in text)
