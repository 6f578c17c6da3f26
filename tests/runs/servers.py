"""A webhook and a mail server on this machine that remember what they got and answer what a test wants."""

import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Inbox:
    """`answers` are codes for the next messages, 200 (250 for mail) when there are none left."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    got: list = field(default_factory=list)
    headers: list[dict] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # commands of an SMTP client


def context(certificate: Path) -> ssl.SSLContext:
    """TLS of a server whose file holds certificate and key."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


@contextmanager
def serving(server: socketserver.BaseServer, inbox: Inbox) -> Iterator[Inbox]:
    inbox.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield inbox
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def webhook(certificate: Path | None = None) -> Iterator[Inbox]:
    """An HTTP server, or HTTPS with a certificate; redirects lead back to itself."""
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            inbox.headers.append(dict(self.headers))
            code = inbox.answers.pop(0) if inbox.answers else 200
            if code == 200:
                inbox.got.append(json.loads(body))
            self.send_response(code)
            if code == 302:
                self.send_header("Location", f"http://127.0.0.1:{inbox.port}/elsewhere")
            self.end_headers()

        def do_GET(self) -> None:
            inbox.got.append("followed")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # a client that refuses the certificate
    if certificate:
        server.socket = context(certificate).wrap_socket(server.socket, server_side=True)
    with serving(server, inbox):
        yield inbox


@contextmanager
def mail(certificate: Path | None = None, from_the_start: bool = False) -> Iterator[Inbox]:
    """An SMTP server; with a certificate it offers STARTTLS, or speaks TLS only; log-in needs either."""
    inbox = Inbox()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())
            self.wfile.flush()

        def handle(self) -> None:
            secure = from_the_start
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                inbox.said.append(line)
                word = line.split()[0].upper()
                if word == "EHLO":
                    offer = "AUTH PLAIN" if secure else "STARTTLS" if certificate else "8BITMIME"
                    self.say(f"250-here\r\n250 {offer}")
                elif word == "STARTTLS" and certificate:
                    self.say("220 go on")
                    self.connection = context(certificate).wrap_socket(self.connection, server_side=True)
                    self.rfile, self.wfile, secure = (
                        self.connection.makefile("rb"),
                        self.connection.makefile("wb"),
                        True,
                    )
                elif word == "AUTH":
                    self.say("235 known")
                elif word == "DATA":
                    code = inbox.answers.pop(0) if inbox.answers else 250
                    self.say("354 go on")
                    text = b"".join(iter(self.rfile.readline, b".\r\n"))
                    if code == 250:
                        inbox.got.append(text.decode())
                    self.say(f"{code} done")
                elif word == "QUIT":
                    return self.say("221 bye")
                else:
                    self.say("250 fine")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    if certificate and from_the_start:
        server.socket = context(certificate).wrap_socket(server.socket, server_side=True)
    with serving(server, inbox):
        yield inbox
