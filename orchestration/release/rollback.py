"""Rollback: serve an older release again, at once."""

from orchestration.release import files
from orchestration.release.model import ReleaseError, ReleaseInfo, list_releases, number_of
from orchestration.release.rejected import reject
from orchestration.release.verify import find_release, is_intact
from orchestration.settings import Settings


def rollback(settings: Settings, release_id: str | None = None) -> ReleaseInfo:
    """Serve `release_id` (default: the one before the serving one) after checking its bytes; the release serving now.

    The contents of newer releases are remembered as rejected, so that the next run without news does not bring
    them back; naming a rejected release here takes it off that list. The caller holds the writer lock.
    """
    releases = list_releases(settings)
    serving = files.current_id(settings)
    target = find_release(settings, release_id) if release_id else _before(releases, serving)
    if not is_intact(settings, target):
        raise ReleaseError(f"{target.release_id} is damaged; choose another of `acrm release list`.")
    # Rejected first: a crash in between leaves the old release serving and one rejected content too many, which
    # rolling back again or forward puts right.
    newer = {info.content_hash for info in releases if info.number > target.number}
    reject(settings, newer - {target.content_hash}, allow=target.content_hash)
    files.switch_to(settings, target.release_id)
    return target.found()


def _before(releases: list[ReleaseInfo], serving: str | None) -> ReleaseInfo:
    older = [info for info in releases if serving is None or info.number < number_of(serving)]
    if not older:
        raise ReleaseError("There is no older release to roll back to; `acrm release list` shows what is kept.")
    return older[-1]
