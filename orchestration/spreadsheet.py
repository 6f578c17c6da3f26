"""Text that goes into files which people open with a spreadsheet (F-91)."""

import re

# Text that a spreadsheet would run as a formula, also behind quotes and white space, also full-width.
_FORMULA = re.compile(r"[\s'\"]*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def neutralised(text: str | None) -> str | None:
    """Text that no spreadsheet takes for a formula; plain numbers stay as they are."""
    if text is None or _NUMBER.fullmatch(text) or not _FORMULA.match(text):
        return text
    return "'" + text
