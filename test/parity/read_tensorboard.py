"""Reads an event file with TensorBoard itself and compares every scalar with the run's metrics.

    aha export RUN --to tensorboard --out board
    aha export RUN --to csv --out metrics.csv
    pip install tensorboard
    python test/parity/read_tensorboard.py board metrics.csv

The CSV has every figure by its name in the run; the tags are those of src/export/tensorboard.ts. Ends with 1 where a
scalar is missing, is at another step, or differs from the figure by more than 32 bits allow.
"""

import csv
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def as_float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def scalars_of(folder):
    """By tag: the list of (step, value), as TensorBoard's own reader gives them, checksums checked."""
    accumulator = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    tags = accumulator.Tags()
    return {tag: [(event.step, event.value) for event in accumulator.Scalars(tag)] for tag in tags["scalars"]}


def columns_of(path):
    """By column: the list of (step, value) of the cells that are not empty."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name != "step"]
    return {name: [(int(row["step"]), as_float32(float(row[name]))) for row in rows if row[name] != ""] for name in names}


def main():
    scalars = scalars_of(sys.argv[1])
    columns = columns_of(sys.argv[2])
    known = sorted(scalars.values())
    wanted = sorted(columns.values())
    for name, series in columns.items():
        if series not in known:
            print(f"no tag has the figures of {name}: {series[:3]} ...")
    if known != wanted:
        sys.exit(f"{len(scalars)} tags and {len(columns)} columns differ")
    for tag in ("accuracy/train", "accuracy/heldOut", "length/mean"):
        column = {"accuracy/train": "accuracy", "accuracy/heldOut": "heldOut.accuracy", "length/mean": "emergence.meanLength"}[tag]
        if scalars.get(tag) != columns[column]:
            sys.exit(f"{tag} does not hold {column}")
    print(f"{sum(map(len, scalars.values()))} scalars of {len(scalars)} tags are equal")


main()
