#!/usr/bin/env python3
"""Writes tests/callbacks/goldens/keras.json: what Keras's callbacks do with series of a monitored value.

    tools/make_callbacks.py

EarlyStopping: the epochs that ran and the best one. ReduceLROnPlateau: the rate of each epoch. ModelCheckpoint with
save_best_only: the epochs after which it saves. Needs Keras with any backend.
"""
import itertools
import json
import pathlib
import tempfile
import types

import keras

TARGET = pathlib.Path(__file__).resolve().parent.parent / "tests/callbacks/goldens/keras.json"
SERIES = [
    [5, 4, 3, 3, 3, 3, 2, 1, 1, 1, 1, 1],
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    [3, 2.75, 2.5, 2.75, 2.25, 2.5, 2.5, 2, 2.25, 2.25, 2.25, 1.5],
    [4, 8, 1, 8, 8, 0.5, 8, 8, 8, 8, 0.25, 8],
]


def model(lr=0.01):
    made = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    made.compile(optimizer=keras.optimizers.SGD(lr), loss="mse")
    made.stop_training = False
    return made


def epochs(callback, values, watched):
    callback.set_model(watched)
    callback.set_params({})
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        callback.on_epoch_begin(epoch)
        yield epoch
        callback.on_epoch_end(epoch, {"val_watched": value})
        if watched.stop_training:
            break


def early_stopping():
    for values, mode, patience, baseline, start, delta in itertools.product(
            SERIES, ("min", "max"), (0, 2), (None, 2.5), (0, 3), (0, 0.5)):
        watched = model()
        callback = keras.callbacks.EarlyStopping("val_watched", min_delta=delta, patience=patience, mode=mode,
                                                 baseline=baseline, start_from_epoch=start)
        ran = len(list(epochs(callback, values, watched)))
        yield {"values": values, "lower": mode == "min", "patience": patience, "baseline": baseline, "start": start,
               "min_delta": delta, "epochs": ran, "best_epoch": callback.best_epoch}


def reduce_on_plateau():
    for values, mode, patience, cooldown, delta, min_lr in itertools.product(
            SERIES, ("min", "max"), (0, 2), (0, 2), (1e-4, 0.5), (0.002,)):
        watched = model()
        callback = keras.callbacks.ReduceLROnPlateau("val_watched", factor=0.5, patience=patience, mode=mode,
                                                     min_delta=delta, cooldown=cooldown, min_lr=min_lr)
        rates = [float(watched.optimizer.learning_rate) for _ in epochs(callback, values, watched)]
        yield {"values": values, "lower": mode == "min", "patience": patience, "cooldown": cooldown,
               "min_delta": delta, "min_lr": min_lr, "rates": rates}


def save_best():
    for values, mode in itertools.product(SERIES, ("min", "max")):
        saved = []
        watched = types.SimpleNamespace(save=lambda *_, **__: saved.append(number), optimizer=None,
                                        stop_training=False)
        with tempfile.TemporaryDirectory() as folder:
            callback = keras.callbacks.ModelCheckpoint(folder + "/best.keras", "val_watched", save_best_only=True,
                                                       mode=mode)
            for number in epochs(callback, values, watched):
                pass
        yield {"values": values, "lower": mode == "min", "saved": saved}


TARGET.parent.mkdir(exist_ok=True)
TARGET.write_text(json.dumps({"early_stopping": list(early_stopping()), "reduce_on_plateau": list(reduce_on_plateau()),
                              "save_best": list(save_best())}, separators=(",", ":")) + "\n")
