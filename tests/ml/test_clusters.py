"""Groups of customers: planted ones found, noise refused, labels that stay, rules that place customers right (ML16)."""

import numpy as np
import pandas as pd
import pytest

from ml import clusters as module
from ml.clusters import clusters
from ml.gate import Abstained
from ml.rules import rules


@pytest.fixture(autouse=True, scope="module")
def _fewer_resamples():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "RESAMPLES", 6)
        patch.setattr(module, "SHUFFLES", 2)
        yield


def planted(seed: int = 1, n: int = 200) -> tuple[pd.DataFrame, np.ndarray]:
    """Three groups of customers by orders a year and mean basket, sizes n, n and n / 2."""
    rng = np.random.default_rng(seed)
    true = np.repeat([0, 1, 2], [n, n, n // 2])
    centre = np.array([[2.0, 30.0], [12.0, 35.0], [3.0, 150.0]])[true]
    frame = pd.DataFrame(centre * np.exp(rng.normal(0, 0.2, centre.shape)), columns=["orders", "basket"])
    return frame.assign(constant=1.0), true


@pytest.fixture(scope="module")
def found():
    return clusters(planted()[0], counts=range(2, 6))


def test_planted_groups_are_found(found):
    from sklearn.metrics import adjusted_rand_score

    assert len(found.profile) == 3
    assert adjusted_rand_score(planted()[1], found.labels) > 0.97
    best = found.checks.set_index("k").loc[3]
    assert best["worst_jaccard"] >= 0.75
    assert best["seed_ari"] >= 0.95
    assert best["silhouette"] > best["silhouette_shuffled"] + 0.05


def test_rules_place_customers_where_the_groups_are(found):
    assert found.agreement > 0.97
    assert found.rules["customers"].sum() == 500
    assert found.rules["rule_en"].str.contains("orders|basket").all()
    assert set(found.rules["cluster_no"]) == {1, 2, 3}
    assert found.profile["customers"].tolist() == np.bincount(found.labels)[1:].tolist()


def test_labels_keep_their_meaning_in_the_next_run(found):
    later = planted(seed=2)[0].sample(frac=1, random_state=1)
    again = clusters(later, previous=found.centres, seed=99, counts=range(3, 4))
    shift = again.profile.set_index("cluster_no")["basket"] / found.profile.set_index("cluster_no")["basket"]
    assert shift.to_numpy() == pytest.approx(1, rel=0.1)


def test_labels_are_numbered_without_gaps_when_groups_go(found):
    two = planted()[0].iloc[200:]
    again = clusters(two, previous=found.centres, counts=range(2, 3))
    assert sorted(set(again.labels)) == [1, 2]


@pytest.mark.parametrize("seed", range(2))
def test_noise_is_refused(seed):
    noise = pd.DataFrame(np.random.default_rng(seed).normal(size=(400, 3)), columns=list("abc"))
    refused = clusters(noise, counts=range(2, 5))
    assert isinstance(refused, Abstained)
    assert "shuffled" in refused.reason_en


def test_stable_cuts_that_shuffled_columns_show_as_well_are_refused():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(rng.choice([0.0, 6.0], (400, 2)) + rng.normal(size=(400, 2)), columns=["a", "b"])
    refused = clusters(frame, counts=range(4, 5))
    assert isinstance(refused, Abstained)


def test_the_same_seed_gives_the_same_groups_in_any_unit(found):
    again = clusters(planted()[0] * 100, counts=range(2, 6))
    assert (again.labels == found.labels).all()


def test_of_many_customers_a_sample_decides_and_all_are_placed(found, monkeypatch):
    from sklearn.metrics import adjusted_rand_score

    monkeypatch.setattr(module, "CHECKED", 300)
    large = clusters(planted()[0], counts=range(3, 4))
    assert len(large.labels) == 500
    assert adjusted_rand_score(large.labels, found.labels) > 0.97
    assert large.centres.to_numpy() == pytest.approx(found.centres.to_numpy(), rel=0.02)


def test_rules_in_words_name_the_first_and_the_last_whole_number():
    frame = pd.DataFrame({"orders": np.arange(1.0, 13).repeat(10)})
    words = rules(frame, (frame["orders"] > 6).to_numpy().astype(int) + 1, {"orders": ("orders", "订单数")})
    assert words.table["rule_en"].tolist() == ["orders at most 6", "orders at least 7"]
    assert words.table["rule_zh"].tolist() == ["订单数不超过6", "订单数不少于7"]
    assert words.agreement == 1
    assert (words.leaves == (frame["orders"] > 6) + 1).all()


def test_degenerate_features_are_answered():
    same = clusters(pd.DataFrame({"a": np.ones(100)}))
    few = clusters(pd.DataFrame({"a": np.arange(10.0)}))
    assert [type(same), type(few)] == [Abstained, Abstained]
    with pytest.raises(ValueError, match=r"\['a'\]"):
        clusters(pd.DataFrame({"a": [1.0, np.nan] * 50}))
