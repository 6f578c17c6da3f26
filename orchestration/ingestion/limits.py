"""Hard limits on what a delivered file may ask of this machine, in one place."""

from dataclasses import dataclass

MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes unless the name says otherwise. Readers hold about six blocks in memory at once."""

    block: int = 32 * MB  # bytes read, scanned and parsed at a time
    gathered: int = 64 * MB  # parsed bytes that are loaded by one statement
    record: int = 16 * MB  # a longer physical record is not a record of a table: the delivery is rejected
    columns: int = 2_000
    quoted_lines: int = 100  # a quote that stays open over more lines was never closed
    quoted_bytes: int = 1 * MB  # the same for a record of several lines
    malformed: int = 10_000  # so many malformed records, and more than half of all: the wrong dialect was declared
    ratio: int = 200  # unpacked over packed bytes, once more than `unpacked_floor` came out
    unpacked_floor: int = 256 * MB
    unpacked: int = 2_048 * MB  # all parts of a zip container (Excel) together
    json_depth: int = 32
    probe_memory: int = 2_048 * MB  # address space of the process that opens untrusted containers
    probe_seconds: int = 60


LIMITS = Limits()
