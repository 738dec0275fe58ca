"""The peers in Python: SciPy sparse matrices, factorised (I (D (Mᵀ x))) and joined (CSR), and scikit-learn's K-means.

Started with the folder of a problem (bench/peers.ts) and a clock, wall or cpu. Reads lines "FORM OP REPETITIONS" from standard input and answers
each with the milliseconds of one run; with 0 repetitions it writes the result to FOLDER/FORM.OP instead. "null" means that this peer does
not do this operation. One thread.
"""
import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import sys
import time
import warnings

import numpy as np
import scipy
import scipy.sparse as sp

try:
    import sklearn
    from sklearn.cluster import KMeans
except ImportError:
    sklearn = None

folder = sys.argv[1]
clock = time.process_time if sys.argv[2] == "cpu" else time.perf_counter
TINY = 1e-12


def numbers(name, dtype=np.float64):
    return np.fromfile(os.path.join(folder, name), dtype=dtype)


with open(os.path.join(folder, "problem.txt")) as file:
    words = file.read().split()
rows, columns, iterations, k, count = map(int, words[:5])
step = float(words[5])


def load(s):
    r, c, is_dense = map(int, words[6 + 3 * s : 9 + 3 * s])
    if is_dense:
        table = sp.csr_array(numbers(f"{s}.values").reshape(r, c))
    else:
        indices = numbers(f"{s}.cols", np.int32)
        path = os.path.join(folder, f"{s}.values")
        values = numbers(f"{s}.values") if os.path.exists(path) else np.ones(len(indices))
        table = sp.csr_array((values, indices, numbers(f"{s}.starts", np.int32)), shape=(r, c))
    if not os.path.exists(os.path.join(folder, f"{s}.index")):
        return table, None
    index = numbers(f"{s}.index", np.int32)
    matched = np.flatnonzero(index >= 0).astype(np.int32)
    return table, sp.csr_array((np.ones(len(matched)), (matched, index[matched])), shape=(rows, r))


class Factorized:
    """Σ I_k (D_k x_k); transposes are kept, so that they cost nothing in the loop."""

    def __init__(self):
        self.parts, offset = [], 0
        for s in range(count):
            table, indicator = load(s)
            self.parts.append((table, table.T, indicator, None if indicator is None else indicator.T, offset))
            offset += table.shape[1]

    def up(self, x):
        result = None
        for table, _, indicator, _, offset in self.parts:
            part = table @ x[offset : offset + table.shape[1]]
            if indicator is not None:
                part = indicator @ part
            result = part if result is None else result + part
        return result

    def down(self, y):
        return np.concatenate([t @ (y if i is None else i @ y) for _, t, _, i, _ in self.parts])

    def gram(self, subset):
        chosen = [
            (table[:, subset[(subset >= o) & (subset < o + table.shape[1])] - o], indicator)
            for table, _, indicator, _, o in self.parts
        ]
        expand = lambda i: sp.eye_array(rows, format="csr") if i is None else i
        return np.block([[(a.T @ ((expand(i).T @ expand(j)) @ b)).toarray() for b, j in chosen] for a, i in chosen])


class Joined:
    def __init__(self):
        parts = [load(s) for s in range(count)]
        self.table = sp.csr_array(sp.hstack([d if i is None else i @ d for d, i in parts], format="csr"))
        self.transposed = self.table.T

    def up(self, x):
        return self.table @ x

    def down(self, y):
        return self.transposed @ y

    def gram(self, subset):
        chosen = self.table[:, subset]
        return (chosen.T @ chosen).toarray()


labels, classes = numbers("labels"), numbers("classes")
centres0, w0, h0 = (numbers(name).reshape(-1, width) for name, width in (("centres", k), ("w", 5), ("h", 5)))
x1, x5, y1, y5 = numbers("x1"), numbers("x5").reshape(-1, 5), numbers("y1"), numbers("y5").reshape(-1, 5)
subset = numbers("subset", np.int32)


def regression(table, target, logistic):
    theta = np.zeros(columns)
    for _ in range(iterations):
        scores = table.up(theta)
        if logistic:
            scores = 1 / (1 + np.exp(-scores))
        theta -= step / rows * table.down(scores - target)
    return theta


def k_means(table):
    centres = centres0.copy()
    everyone = np.arange(rows, dtype=np.int32)
    for _ in range(iterations):
        nearest = np.argmin(table.up(-2 * centres) + (centres**2).sum(axis=0), axis=1).astype(np.int32)
        assignment = np.zeros((rows, k))
        assignment[everyone, nearest] = 1
        sizes = assignment.sum(axis=0)
        sums = table.down(assignment)
        full = sizes > 0
        centres[:, full] = sums[:, full] / sizes[full]
    return centres


def nmf(table):
    w, h = w0.copy(), h0.copy()
    for _ in range(iterations):
        w *= table.up(h) / (w @ (h.T @ h) + TINY)
        h *= table.down(w) / (h @ (w.T @ w) + TINY)
    return h


k_means_result = []


def sklearn_k_means(table):
    """Milliseconds of one of its iterations, or None where it is not there. Its Lloyd starts from the same centres."""
    if sklearn is None or not isinstance(table, Joined):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = clock()
        KMeans(k, init=centres0.T.copy(), n_init=1, max_iter=1, tol=0, algorithm="lloyd").fit(table.table)
        first = clock()
        fitted = KMeans(k, init=centres0.T.copy(), n_init=1, max_iter=iterations, tol=0, algorithm="lloyd").fit(table.table)
        end = clock()
    k_means_result[:] = [fitted.cluster_centers_.T]
    # What it does once, before and after the iterations, is not counted.
    return max((end - first) - (first - start), 0) * 1e3 / max(fitted.n_iter_ - 1, 1) * iterations


operations = {
    "TX1": lambda t: t.up(x1),
    "TX5": lambda t: t.up(x5),
    "XT5": lambda t: t.down(y5).T,
    "TtY1": lambda t: t.down(y1),
    "TtY5": lambda t: t.down(y5),
    "Gram": lambda t: t.gram(subset),
    "LinReg": lambda t: regression(t, labels, False),
    "LogReg": lambda t: regression(t, classes, True),
    "KMeans": k_means,
    "NMF": nmf,
}
forms = {}
print(f"NumPy {np.__version__}, SciPy {scipy.__version__}, scikit-learn {sklearn.__version__ if sklearn else 'missing'}", flush=True)
for line in sys.stdin:
    form, operation, repetitions = line.split()
    if form not in forms:
        forms[form] = Factorized() if form == "factorized" else Joined()
    table, run = forms[form], operations.get(operation)
    if operation == "sklearn":
        elapsed = sklearn_k_means(table)
        if elapsed is not None and repetitions == "0":
            np.ascontiguousarray(k_means_result[0]).tofile(os.path.join(folder, "joined.sklearn"))
        print("null" if elapsed is None else "written" if repetitions == "0" else elapsed, flush=True)
    elif run is None:
        print("null", flush=True)
    elif repetitions == "0":
        np.ascontiguousarray(run(table), dtype=np.float64).tofile(os.path.join(folder, f"{form}.{operation}"))
        print("written", flush=True)
    else:
        start = clock()
        for _ in range(int(repetitions)):
            run(table)
        print((clock() - start) * 1e3 / int(repetitions), flush=True)
