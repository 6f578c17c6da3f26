"""What people are told about a run: one dictionary, of which an e-mail takes subject and text."""

from typing import Any

from orchestration.runs.read import Run, since_last_word
from orchestration.runs.words import WORDS, advice, language

SHOWN = 20  # failed checks and broken models that are named; the rest is counted


def compose(event: str, run: Run, earlier: list[Run]) -> dict[str, Any]:
    """The message of `event` (run_failed, run_recovered) in CRM_DASHBOARD_LANG. `earlier`: newest first."""
    w = WORDS[language()]
    before, failures = since_last_word(earlier)
    failed = run.state == "failed"
    release = run.end.get("release_after")
    checks = [{key: check[key] for key in ("layer", "name", "rows")} for check in run.stopping]
    facts = {
        "event": event,
        "run_id": run.run_id,
        "by": run.by,
        "host": run.start.get("host"),
        "started_at": run.started_at.isoformat(timespec="seconds") + "Z",
        "seconds": run.seconds,
        "step": run.step,
        "error": run.error or None,
        "failed_checks": checks[:SHOWN],
        "failed_checks_total": run.counts.get("stopping", 0),
        "broken_models": run.broken[:SHOWN],
        "release": release,
        "release_is_new": release != run.end.get("release_before"),
        "failures_in_row": failures + failed,
    }
    if failed:
        what, todo = advice(run, w)
        names = [_label(c) + (f" ({c['rows']})" if c["rows"] else "") for c in checks[:SHOWN]]
        names += facts["broken_models"]
        serves = w["mail"]["serves"].format(release=release) if release else w["mail"]["serves_none"]
        parts = [what, *(f"  - {name}" for name in names), serves, w["mail"]["to_do"].format(todo=todo)]
    else:
        parts = [w["mail"]["was"].format(run=before.run_id if before else "", n=failures)]
        parts += [w["mail"]["serves_now"].format(release=release)] if release else []
        todo = None
    facts["to_do"] = todo
    subject = w["mail"][event].format(host=facts["host"], step=w["steps"].get(run.step, run.step))
    about = w["mail"]["about"].format(run=run.run_id, by=facts["by"], seconds=f"{run.seconds or 0:.1f}")
    return {"subject": subject, "text": "\n".join([subject, *parts, about]), **facts}


def _label(check: dict[str, Any]) -> str:
    """The name of a check, with its layer unless it says that by itself."""
    return check["name"] if f"{check['layer']}." in check["name"] else f"{check['layer']}/{check['name']}"
