"""A full disk leaves nothing half done, and the next run goes on as if nothing had happened (F-12)."""

import subprocess
import sys
import textwrap

from tests.ingestion.warehouse import Warehouse

RUN = """
    import resource, signal, sys
    from orchestration.ingestion.feeds import load_feeds
    from orchestration.ingestion.ingest import ingest_feed
    from orchestration.ingestion.store import connect
    from orchestration.settings import settings
    of = settings()
    con = connect(of)
    con.execute("checkpoint")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
    try:
        for feed in load_feeds(of.feeds):
            ingest_feed(con, feed, of)
    except Exception as error:
        print(type(error).__name__, error)
        sys.exit(7)
"""


def _limited(size: int) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", textwrap.dedent(RUN), str(size)]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_disk_that_fills_at_landing_or_in_the_database_leaves_nothing_half_done(home) -> None:
    shop = Warehouse(home)
    shop.feed()
    records = [f"A{n},1,P{n * 7919 % 1000003},{n % 9},{n % 97}.5,2024-01-02 10:00:00" for n in range(60000)]
    shop.lines("a.csv", *records)
    size = (shop.home / "in" / "a.csv").stat().st_size
    landing = _limited(size // 2)
    assert landing.returncode == 7 and "LandingError" in landing.stdout and "File too large" in landing.stdout
    assert [p for p in shop.settings.landing.rglob("*") if p.is_file()] == []
    database = _limited(size + 1000)
    assert database.returncode in (0, 7), database.stderr
    if database.returncode == 7:
        assert shop.rows("select count(*) from raw.order_lines") == [(0,)]
        assert not shop.settings.ledger.exists()
    shop.run()
    assert shop.rows("select count(*), count(distinct order_ref) from raw.order_lines") == [(60000, 60000)]
