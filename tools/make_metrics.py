#!/usr/bin/env python3
"""Writes tests/train/goldens/metrics.json: scores, targets and the values of scikit-learn's metrics and of torch's
cross entropy.

    tools/make_metrics.py

Needs scikit-learn and PyTorch.
"""

import json
import pathlib

import numpy as np
import torch
from sklearn import metrics

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "train" / "goldens"


def measures(scores, targets):
    classes = scores.shape[1]
    predicted = scores.argmax(1)
    probabilities = torch.tensor(scores).softmax(1).numpy().astype(np.float32)
    accuracy = metrics.accuracy_score(targets, predicted)
    loss = torch.nn.functional.cross_entropy(torch.tensor(scores), torch.tensor(targets))
    # Without ties between the true class and another class: scikit-learn orders those by class
    # number.
    own = scores[np.arange(len(targets)), targets]
    golden = {"accuracy": accuracy, "balanced_accuracy": metrics.balanced_accuracy_score(targets, predicted),
              "error_rate": 1 - accuracy, "cross_entropy": loss.item(),
              "top_2_accuracy": float(((scores >= own[:, None]).sum(1) <= 2).mean())}
    if not ((scores == own[:, None]).sum(1) > 1).any():
        top = metrics.top_k_accuracy_score(targets, scores if classes > 2 else scores[:, 1] - scores[:, 0], k=2,
                                           labels=range(classes))
        assert top == golden["top_2_accuracy"]
    for name, score in (("precision", metrics.precision_score), ("recall", metrics.recall_score),
                        ("f1", metrics.f1_score)):
        for average in ("macro", "micro"):
            golden[f"{name}_{average}"] = score(targets, predicted, average=average, zero_division=0)
    if classes == 2:
        golden["auroc"] = metrics.roc_auc_score(targets, (scores[:, 1] - scores[:, 0]).astype(np.float32))
    elif len(set(targets)) == classes:
        golden["auroc"] = np.mean([metrics.roc_auc_score(targets == c, probabilities[:, c]) for c in range(classes)])
    return golden


def main():
    rng = np.random.default_rng(7)
    cases = []
    for samples, classes, absent, digits in ((200, 10, None, 1), (61, 2, None, 1), (50, 4, 2, 1), (40, 3, None, 1),
                                             (60, 5, None, 6)):
        targets = rng.integers(0, classes, samples)
        if absent is not None:
            targets[targets == absent] = 0
        scores = rng.normal(size=(samples, classes)).round(digits)  # with 1 digit there are ties
        scores[np.arange(samples), targets] += 0.8
        scores = scores.astype(np.float32).astype(float)
        cases.append({"classes": classes, "scores": scores.ravel().tolist(), "targets": targets.tolist(),
                      "values": {name: float(value) for name, value in measures(scores, targets).items()}})
    (GOLDENS / "metrics.json").write_text(json.dumps(cases) + "\n")


main()
