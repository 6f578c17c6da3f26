"""Artefacts of models on disk: JSON and LightGBM text only, named and guarded by SHA-256 (CRM_HOME/models).

Nothing that could run code is ever read: a pickle planted in the folder has no entry in the manifest and a suffix that
is not allowed. A changed byte is refused, and so is a model of other data than those being scored.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

SUFFIXES = {"json": ".json", "lightgbm": ".txt"}
MANIFEST = "manifest.json"


class ArtefactError(Exception):
    """An artefact that must not be used. The message names the file and says what to do."""


def plain(value: Any) -> str:
    """JSON with sorted keys, so that equal models have equal bytes; a number that is not one becomes null."""
    return json.dumps(_finite(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    if hasattr(value, "tolist"):  # numbers and arrays of numpy
        return _finite(value.tolist())
    return None if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))) else value


def model_id(name: str, text: str) -> str:
    """`name-` and twelve signs of the hash of an artefact."""
    return f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def keep(home: Path | None, name: str, kind: str, text: str, data: str) -> str:
    """Saves the artefact where there is a warehouse; the model id."""
    return model_id(name, text) if home is None else Store(home / "models").save(name, kind, text, data)


def fingerprint(con: "duckdb.DuckDBPyConnection", table: str) -> str:
    """What a model was made of: rows and an order-free hash of a table."""
    found = con.execute(f"select count(*), coalesce(sum(hash(t)::hugeint), 0) from {table} as t").fetchall()[0]
    return f"{table}: {found[0]} rows, {found[1] % 2**64:016x}"


@dataclass(frozen=True)
class Store:
    """A folder of artefacts with one manifest: name -> file, kind, sha256, data it was made of."""

    folder: Path

    def save(self, name: str, kind: str, text: str, data: str) -> str:
        """Keeps an artefact in place of the earlier one; the model id, `name-` and twelve signs of its hash."""
        digest = hashlib.sha256(text.encode()).hexdigest()
        file = f"{name}-{digest[:12]}{SUFFIXES[kind]}"
        self.folder.mkdir(parents=True, exist_ok=True)
        _replace(self.folder / file, text)
        entries = self._manifest()
        before = entries.get(name, {}).get("file", file)
        entries[name] = {"file": file, "kind": kind, "sha256": digest, "data": data}
        _replace(self.folder / MANIFEST, json.dumps(entries, indent=1, sort_keys=True) + "\n")
        if before != file and Path(before).name == before:
            (self.folder / before).unlink(missing_ok=True)
        return model_id(name, text)

    def has(self, name: str) -> bool:
        """Whether an artefact of that name was ever saved here. ArtefactError for a manifest that is none."""
        return name in self._manifest()

    def load(self, name: str, data: str | None = None) -> tuple[str, str]:
        """(kind, text) of an artefact whose bytes are those saved. ArtefactError otherwise."""
        entry = self._manifest().get(name)
        if entry is None:
            raise ArtefactError(f"{self.folder}: no model {name!r} in {MANIFEST}; run `acrm run` to train it.")
        path = self.folder / str(entry["file"])
        if path.parent != self.folder or path.suffix != SUFFIXES.get(str(entry["kind"])):
            raise ArtefactError(
                f"{path}: only {', '.join(sorted(SUFFIXES.values()))} in this folder can be models; remove it."
            )
        if data is not None and entry["data"] != data:
            raise ArtefactError(
                f"{path}: made of other data ({entry['data']}) than these ({data}); run `acrm run` to train it anew."
            )
        if not path.is_file():
            raise ArtefactError(f"{path}: the file is gone; run `acrm run` to train it anew.")
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise ArtefactError(f"{path}: the bytes are not those that were saved; delete the file and run `acrm run`.")
        return str(entry["kind"]), content.decode()

    def _manifest(self) -> dict[str, Any]:
        path = self.folder / MANIFEST
        if not path.exists():
            return {}
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            if not all(set(e) == {"file", "kind", "sha256", "data"} for e in found.values()):
                raise ValueError("an entry lacks file, kind, sha256 or data")
        except (ValueError, AttributeError, TypeError) as error:
            raise ArtefactError(f"{path}: not a manifest of models ({error}); delete it and run `acrm run`.") from None
        return found


def _replace(path: Path, text: str) -> None:
    """Writes a whole file or none: a crash leaves the earlier one."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
