"""Artefacts: what was saved is what is read; anything else in the folder never runs."""

import json
import pickle
from pathlib import Path

import pytest

from ml.store import ArtefactError, Store, plain


class Bomb:
    def __reduce__(self) -> tuple:
        return (Path.touch, (Path("ran"),))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


def test_what_was_saved_is_read_and_the_earlier_one_is_gone(store: Store) -> None:
    store.save("churn", "json", '{"a": 1}', "d1")
    model_id = store.save("churn", "json", '{"a": 2}', "d1")
    assert store.load("churn", "d1") == ("json", '{"a": 2}')
    assert [path.name for path in store.folder.glob("churn*")] == [f"{model_id}.json"]


def test_a_changed_byte_is_refused(store: Store) -> None:
    model_id = store.save("churn", "json", '{"a": 1}', "d1")
    (store.folder / f"{model_id}.json").write_text('{"a": 7}')
    with pytest.raises(ArtefactError, match="not those that were saved"):
        store.load("churn")


def test_a_model_of_other_data_is_refused(store: Store) -> None:
    store.save("churn", "json", "{}", "yesterday")
    with pytest.raises(ArtefactError, match="made of other data"):
        store.load("churn", "today")


def test_a_planted_pickle_never_runs(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(store.folder.parent)
    store.save("churn", "json", "{}", "d1")
    bomb = pickle.dumps(Bomb())
    (store.folder / "other.pkl").write_bytes(bomb)
    with pytest.raises(ArtefactError, match="no model 'other'"):
        store.load("other")
    manifest = store.folder / "manifest.json"
    entries = json.loads(manifest.read_text())
    for file, kind in (("other.pkl", "pickle"), ("other.pkl", "json"), ("../other.json", "json")):
        entries["churn"] = {"file": file, "kind": kind, "sha256": "0", "data": "d1"}
        manifest.write_text(json.dumps(entries))
        with pytest.raises(ArtefactError, match="can be models"):
            store.load("churn")
    assert not Path("ran").exists()


@pytest.mark.parametrize("text", ["not json", "[]", '{"churn": {"file": "x"}}'])
def test_a_manifest_that_is_none_is_refused(store: Store, text: str) -> None:
    store.save("churn", "json", "{}", "d1")
    (store.folder / "manifest.json").write_text(text)
    with pytest.raises(ArtefactError, match=r"not a manifest|no model"):
        store.load("churn")


def test_a_file_that_is_gone_is_said_to_be(store: Store) -> None:
    model_id = store.save("churn", "json", "{}", "d1")
    (store.folder / f"{model_id}.json").unlink()
    with pytest.raises(ArtefactError, match="the file is gone"):
        store.load("churn")


def test_equal_models_have_equal_bytes_and_no_number_is_no_json() -> None:
    assert plain({"b": (1, float("nan")), "a": "客"}) == '{"a":"客","b":[1,null]}'
