"""Files whose line ends or delimiters are not single bytes of their own, as a UTF-8 stream for the scanner.

UTF-16 and UTF-32 always; GB18030, Big5 and Shift-JIS when the delimiter (`|`) can be the second half of a character.
"""

import codecs

from orchestration.ingestion.model import DeliveryRejected
from orchestration.ingestion.readers.stream import ByteStream

_PIECE = 1 << 22


class WideStream:
    """Like ByteStream, in UTF-8. Lone surrogates pass through, so that `original` gives the delivered bytes back."""

    packed = True  # going back is not free: record look-ups use a stream of their own

    def __init__(self, stream: ByteStream, codec: str, mark: int) -> None:
        self.path, self.codec, self._mark = stream.path, codec, mark
        self._stream = stream
        self._marks = [(0, mark)]  # UTF-8 offset -> delivered offset, one per piece
        self._restart(0)

    def again(self) -> "WideStream":
        """A second, independent stream over the same file that knows the places this one has passed."""
        other = WideStream(ByteStream(self.path), self.codec, self._mark)
        other._marks = self._marks.copy()
        return other

    def _restart(self, which: int) -> None:
        self._at, self._from = self._marks[which]
        self._decoder = codecs.getincrementaldecoder(self.codec)("surrogatepass")
        self._rest = b""

    def seek(self, offset: int) -> None:
        """Make the next read start at this UTF-8 offset."""
        if offset < self._at:
            self._restart(max(i for i, (at, _) in enumerate(self._marks) if at <= offset))
        while self._at < offset and self.read(min(offset - self._at, _PIECE)):
            pass

    def read(self, size: int) -> bytes:
        """Up to `size` bytes of UTF-8, less only at the end."""
        while len(self._rest) < size:
            self._stream.seek(self._from)
            raw = self._stream.read(_PIECE)
            try:
                self._rest += self._decoder.decode(raw, final=not raw).encode("utf-8", "surrogatepass")
            except UnicodeDecodeError as error:
                raise DeliveryRejected(
                    "broken_text", f"{self.path.name}: not {self.codec} all through ({error.reason}); deliver it again"
                ) from error
            if not raw:
                break
            self._from += len(raw)
            place = (self._at + len(self._rest), self._from)
            if not self._decoder.getstate()[0] and place[0] > self._marks[-1][0]:
                self._marks.append(place)
        part, self._rest = self._rest[:size], self._rest[size:]
        self._at += len(part)
        return part

    def original(self, record: bytes) -> bytes:
        """The bytes as delivered."""
        return record.decode("utf-8", "surrogatepass").encode(self.codec, "surrogatepass")

    def close(self) -> None:
        """Release the file."""
        self._stream.close()
