"""Word of a failed run reaches people, of a recovered one too; what cannot be delivered is a warning."""

import email
import email.policy
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from data_quality.results import CheckResult, GateFailed
from orchestration.notify import channels as ways
from orchestration.notify.channels import configured
from orchestration.progress import Event
from tests.runs.servers import mail, webhook
from tests.runs.small import events

FAILED = Event("audit", "check", "orders unique", False, text="anna@example.com twice", facts={
    "layer": "marts", "severity": "critical", "passed": False, "failed": 2,
})  # fmt: skip
ERROR = GateFailed([CheckResult("orders unique", "marts", False, "critical", 9, 2, "anna@example.com twice")])
BAD = ([*events()[:5], FAILED], ERROR)


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch):
    """A webhook that is configured, and no pauses between tries."""
    monkeypatch.setattr(ways, "PAUSES", (0.0, 0.0))
    with webhook() as inbox:
        monkeypatch.setenv("CRM_NOTIFY_WEBHOOK", f"http://127.0.0.1:{inbox.port}/s3cret-path")
        monkeypatch.setenv("CRM_NOTIFY_WEBHOOK_TOKEN", "t0ken")
        yield inbox


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    made = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=here")
    files = ("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key", "-out", "crt")
    command = ["openssl", "req", "-x509", *made, *files]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text((folder / "key").read_text() + (folder / "crt").read_text())
    return both


def last_words(run) -> list[tuple[str, bool, str]]:
    lines = map(json.loads, run.path.read_text().splitlines())
    return [(line["channel"], line["ok"], line["problem"]) for line in lines if line["event"] == "notified"]


def test_a_failure_is_told_each_time_and_the_recovery_once(ran, hook):
    ran(events())
    assert hook.got == [], "a good run is no news"
    ran(*BAD)
    ran(*BAD)
    run = ran(events())
    ran(events())
    assert [message["event"] for message in hook.got] == ["run_failed", "run_failed", "run_recovered"]
    first, second, well = hook.got
    assert first["failed_checks"] == [{"layer": "marts", "name": "orders unique", "rows": 2}]
    assert (first["step"], first["error"], first["failed_checks_total"]) == ("audit", "GateFailed", 1)
    assert (first["failures_in_row"], second["failures_in_row"]) == (1, 2)
    assert "marts/orders unique (2)" in first["text"] and "To do: " in first["text"]
    assert "No release serves." in first["text"] and first["to_do"]
    assert well["run_id"] == run.run_id and "2 in a row" in well["text"]
    assert "anna" not in json.dumps(hook.got)
    assert hook.headers[0]["Authorization"] == "Bearer t0ken"
    assert last_words(run) == [("webhook", True, "")]


def test_a_stopped_run_is_not_told_and_a_killed_one_when_the_next_is_well(ran, hook, of):
    ran(events()[:3], KeyboardInterrupt())
    assert hook.got == []
    (of.runs / "20240101-000000-000000.jsonl").write_text('{"event": "run_started", "at": "x"}\n')
    assert ran(events()).state == "released" and [message["event"] for message in hook.got] == ["run_recovered"]


@pytest.mark.parametrize(
    ("answers", "delivered", "tries"),
    [([503, 429], True, 3), ([500, 502, 503], False, 3), ([404], False, 1), ([302], False, 1)],
)
def test_what_may_pass_is_tried_again_and_failing_to_deliver_is_a_warning(ran, hook, capsys, answers, delivered, tries):
    hook.answers[:] = answers
    run = ran(*BAD)
    assert run.state == "failed" and len(hook.headers) == tries
    assert bool(hook.got) == delivered and "followed" not in hook.got
    said = capsys.readouterr().err
    assert ("webhook was not delivered" in said) != delivered
    ((_, ok, problem),) = last_words(run)
    assert ok == delivered and ("answered" in problem) != delivered
    assert not any(secret in said + run.path.read_text() for secret in ("s3cret", "t0ken", "anna"))


def test_a_server_that_is_gone_or_silent_costs_no_more_than_its_timeouts(ran, monkeypatch, hook):
    import socket
    import time

    monkeypatch.setenv("CRM_NOTIFY_TIMEOUT", "0.1")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setenv("CRM_NOTIFY_WEBHOOK", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        start = time.monotonic()
        assert last_words(ran(*BAD)) == [("webhook", False, "no answer in time (3 tries)")]
        assert time.monotonic() - start < 5
    assert last_words(ran(*BAD)) == [("webhook", False, "Connection refused (3 tries)")]


def test_a_certificate_nobody_vouches_for_is_refused(ran, monkeypatch, certificate):
    with webhook(certificate) as inbox:
        monkeypatch.setenv("CRM_NOTIFY_WEBHOOK", f"https://127.0.0.1:{inbox.port}/")
        assert last_words(ran(*BAD)) == [("webhook", False, "the server's certificate is not valid here")]
        assert inbox.got == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert last_words(ran(*BAD)) == [("webhook", True, "")] and len(inbox.got) == 1


def set_mail(monkeypatch, inbox, **more):
    given = {"CRM_NOTIFY_EMAIL": "ops@shop.test, boss@shop.test", "CRM_SMTP_HOST": "127.0.0.1"} | more
    for name, value in {"CRM_SMTP_PORT": str(inbox.port), **given}.items():
        monkeypatch.setenv(name, value)


def test_an_e_mail_goes_to_all_and_is_tried_again(ran, monkeypatch):
    monkeypatch.setattr(ways, "PAUSES", (0.0, 0.0))
    with mail() as inbox:
        set_mail(monkeypatch, inbox, CRM_SMTP_SECURITY="none", CRM_DASHBOARD_LANG="zh")
        inbox.answers.append(451)
        run = ran(*BAD)
        assert last_words(run) == [("email", True, "")]
    (text,) = inbox.got
    letter = email.message_from_string(text, policy=email.policy.default)
    assert letter["To"] == "ops@shop.test, boss@shop.test" and letter["From"] == "ops@shop.test"
    assert "运行失败" in letter["Subject"] and "marts/orders unique (2)" in letter.get_content()
    assert "anna" not in letter.get_content()
    assert "shop.test" not in run.path.read_text(), "who is told is nobody's business"


def test_a_password_goes_over_verified_tls_only(ran, monkeypatch, certificate):
    secrets = {"CRM_SMTP_USER": "me", "CRM_SMTP_PASSWORD": "pa55"}
    with mail() as plain:
        set_mail(monkeypatch, plain, CRM_SMTP_SECURITY="none", **secrets)
        ((_, ok, problem),) = last_words(ran(*BAD))
        assert not ok and "TLS" in problem and plain.said == []
        monkeypatch.setenv("CRM_SMTP_SECURITY", "starttls")
        ((_, ok, problem),) = last_words(ran(*BAD))
        assert not ok and "STARTTLS" in problem and not any(line.startswith("AUTH") for line in plain.said)
    with mail(certificate) as safe:
        set_mail(monkeypatch, safe, CRM_SMTP_SECURITY="starttls", **secrets)
        assert last_words(ran(*BAD)) == [("email", False, "the server's certificate is not valid here")]
        assert not any(line.startswith(("AUTH", "MAIL")) for line in safe.said)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        run = ran(*BAD)
        assert last_words(run) == [("email", True, "")] and len(safe.got) == 1
        assert "AUTH" in " ".join(safe.said) and "pa55" not in run.path.read_text()


def test_a_server_of_port_465_gets_tls_from_the_first_byte(ran, monkeypatch, certificate):
    secrets = {"CRM_SMTP_USER": "me", "CRM_SMTP_PASSWORD": "pa55", "CRM_SMTP_SECURITY": "tls"}
    with mail(certificate, from_the_start=True) as safe:
        set_mail(monkeypatch, safe, **secrets)
        assert last_words(ran(*BAD)) == [("email", False, "the server's certificate is not valid here")]
        assert safe.said == [], "nothing is said to a server that nobody vouches for"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        run = ran(*BAD)
        assert last_words(run) == [("email", True, "")] and len(safe.got) == 1
        assert any(line.startswith("AUTH") for line in safe.said) and "STARTTLS" not in safe.said
        assert "pa55" not in run.path.read_text()
    with mail() as plain:
        set_mail(monkeypatch, plain, **secrets)
        ((_, ok, problem),) = last_words(ran(*BAD))
        assert not ok and "try CRM_SMTP_SECURITY=starttls" in problem
        assert not any("AUTH" in line or "pa55" in line for line in plain.said)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("webhook", {"CRM_NOTIFY_WEBHOOK": "http://hooks.shop.test/x"}),
        ("webhook", {"CRM_NOTIFY_WEBHOOK": "https://shop.test:port/"}),
        ("webhook", {"CRM_NOTIFY_WEBHOOK": "https://shop.test/", "CRM_NOTIFY_WEBHOOK_TOKEN": "a\r\nb: c"}),
        ("webhook", {"CRM_NOTIFY_WEBHOOK": "https://shop.test/", "CRM_NOTIFY_TIMEOUT": "soon"}),
        ("email", {"CRM_NOTIFY_EMAIL": "ops@shop.test"}),
        ("email", {"CRM_NOTIFY_EMAIL": "ops", "CRM_SMTP_HOST": "shop.test"}),
        ("email", {"CRM_NOTIFY_EMAIL": "o@shop.test", "CRM_SMTP_HOST": "shop.test", "CRM_SMTP_SECURITY": "ssl"}),
        ("email", {"CRM_NOTIFY_EMAIL": "o@shop.test", "CRM_SMTP_HOST": "shop.test", "CRM_SMTP_PORT": "x"}),
        ("email", {"CRM_NOTIFY_EMAIL": "o@shop.test", "CRM_SMTP_HOST": "shop.test", "CRM_SMTP_PORT": "465"}),
    ],
)
def test_wrong_settings_are_named_and_not_quoted(name, given):
    problem = configured(given)[name]
    assert isinstance(problem, str) and "CRM_" in problem and "shop.test" not in problem
    assert configured({}) == {}
