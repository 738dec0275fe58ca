"""What scikit-learn and LightGBM reach on the joined table of examples/credit, as a JSON list.

    pip install -r requirements.txt
    python quality.py FOLDER SPLITS        # the data folder of the example; splits 0 … SPLITS - 1

Rows are held out as Amalur does, by the hash of their key, so that all models are tested on the same rows.
"""

import json
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
from lightgbm import LGBMClassifier
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer, StandardScaler

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "test" / "fixtures"))
from reference import position  # noqa: E402

folder, splits = Path(sys.argv[1]), int(sys.argv[2])
table = duckdb.sql(f"""
    SELECT * FROM '{folder}/accounts.parquet' JOIN '{folder}/clients.parquet' USING (client)
""").df()
y = table["default"].to_numpy()
features = table.drop(columns=["client", "default"])
X = features.to_numpy(float)
CODES = [at for at, name in enumerate(features.columns) if name.startswith("late_") or name in ("sex", "education", "marriage")]
AMOUNTS = [at for at in range(X.shape[1]) if at not in CODES]


def curves():
    return make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), CODES),
        (SplineTransformer(5, degree=2, knots="quantile"), AMOUNTS),
    )


def logistic(rows):
    return LogisticRegression(C=1 / (1e-3 * rows), max_iter=1000)


MODELS = {
    "logistic regression, scikit-learn": lambda rows: make_pipeline(StandardScaler(), logistic(rows)),
    "the same with curves, scikit-learn": lambda rows: make_pipeline(curves(), logistic(rows)),
    "network with curves, scikit-learn": lambda rows: make_pipeline(
        curves(), MLPClassifier((32,), batch_size=1024, learning_rate_init=0.003, max_iter=15, random_state=1)
    ),
    "boosted trees, scikit-learn": lambda rows: HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=200, max_leaf_nodes=15, random_state=1
    ),
    "boosted trees, LightGBM": lambda rows: LGBMClassifier(
        n_estimators=200, learning_rate=0.05, num_leaves=15, verbose=-1, random_state=1
    ),
}

results = {name: {"name": name, "auc": [], "seconds": []} for name in MODELS}
for seed in range(splits):
    test = np.array([position([client], seed) for client in table["client"]]) < 0.2
    for name, build in MODELS.items():
        start = time.perf_counter()
        model = build(int((~test).sum())).fit(X[~test], y[~test])
        results[name]["seconds"].append(time.perf_counter() - start)
        results[name]["auc"].append(float(roc_auc_score(y[test], model.predict_proba(X[test])[:, 1])))
print(json.dumps(list(results.values())))
