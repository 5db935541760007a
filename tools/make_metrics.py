#!/usr/bin/env python3
"""Writes tests/train/goldens/metrics.json: scores, targets and what numpy makes of them by scikit-learn's definitions.

    tools/make_metrics.py
"""

import json
import pathlib

import numpy as np

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "train" / "goldens"


def area(values, positive):
    wins = (values[positive][:, None] > values[~positive][None, :]).mean()
    ties = (values[positive][:, None] == values[~positive][None, :]).mean()
    return wins + ties / 2


def measures(scores, targets):
    classes = scores.shape[1]
    predicted = scores.argmax(1)
    matrix = np.zeros((classes, classes), int)
    np.add.at(matrix, (targets, predicted), 1)
    right, taken, truth = np.diag(matrix), matrix.sum(0), matrix.sum(1)
    occurs = (taken + truth) > 0
    precision = np.divide(right, taken, out=np.zeros(classes), where=taken > 0)[occurs]
    recall = np.divide(right, truth, out=np.zeros(classes), where=truth > 0)[occurs]
    f1 = np.divide(2 * right, taken + truth, out=np.zeros(classes), where=occurs)[occurs]
    exponentials = np.exp(scores - scores.max(1, keepdims=True))
    probabilities = exponentials / exponentials.sum(1, keepdims=True)
    accuracy = right.sum() / len(targets)
    own = scores[np.arange(len(targets)), targets]
    golden = {"accuracy": accuracy, "error_rate": 1 - accuracy, "precision_macro": precision.mean(),
              "recall_macro": recall.mean(), "f1_macro": f1.mean(), "precision_micro": accuracy,
              "recall_micro": accuracy, "f1_micro": accuracy,
              "top_2_accuracy": float(((scores >= own[:, None]).sum(1) <= 2).mean()),
              "cross_entropy": -np.log(probabilities[np.arange(len(targets)), targets]).mean()}
    if classes == 2:
        golden["auroc"] = area(scores[:, 1].astype(np.float32) - scores[:, 0].astype(np.float32), targets == 1)
    elif len(set(targets)) == classes:
        golden["auroc"] = np.mean([area(probabilities[:, c].astype(np.float32), targets == c) for c in range(classes)])
    return golden


def main():
    rng = np.random.default_rng(7)
    cases = []
    for samples, classes, absent in ((200, 10, None), (61, 2, None), (50, 4, 2), (40, 3, None)):
        targets = rng.integers(0, classes, samples)
        if absent is not None:
            targets[targets == absent] = 0
        scores = rng.normal(size=(samples, classes)).round(1)  # rounded, so that there are ties
        scores[np.arange(samples), targets] += 0.8
        scores = scores.astype(np.float32).astype(float)
        cases.append({"classes": classes, "scores": scores.ravel().tolist(), "targets": targets.tolist(),
                      "values": {name: float(value) for name, value in measures(scores, targets).items()}})
    (GOLDENS / "metrics.json").write_text(json.dumps(cases) + "\n")


main()
