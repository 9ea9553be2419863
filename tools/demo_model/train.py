"""Train the acoustic model: frame cross-entropy on synthesized shards, a fixed number of steps from a fixed seed.

usage: python -m tools.demo_model.train FOLDER CHECKPOINT [--steps 12000] [--start OLD --rate 6e-4]

The first minutes of the data are held back to watch the frame accuracy. The checkpoint holds the state of the network
and the pdf priors; `export.py` turns it into a Vosk model.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from tools.demo_model import phones
from tools.demo_model.features import DIMENSION
from tools.demo_model.network import CONTEXT, SUBSAMPLING, AcousticModel

SEED = 0
OUTPUTS = 100
"""Output frames of one training piece: 3 s."""
BATCH = 32
PEAK_RATE, WARM_UP, FLOOR = 2.5e-3, 50, 0.01
"""Learning rate: linear warm-up over some steps, then half a cosine down to a share of the peak."""
HELD_BACK = 40_000
"""Frames for watching, at most a quarter of the data."""
MINIMUM = 2_500
"""Frames below which there is no piece to hold back."""
REPORT_EVERY = 200
_START_OF_FILE = 0.08  # share of pieces whose left context repeats one frame, as Vosk does at the start
_UNKNOWN = 0.25
"""Share of pieces in which some speech is called SPN: P(SPN | any speech) becomes a constant, so that `[unk]` in a
grammar loses to the right word and beats a wrong one."""


@dataclass(frozen=True)
class Data:
    """All shards in a row."""

    frames: NDArray[np.float16]
    labels: NDArray[np.int16]


def read_shards(folder: Path) -> Data:
    """The shards of a folder in the order of their names.

    Raises:
        ValueError: there are too few to train on.
    """
    paths = sorted(path for path in folder.glob("shard*.npz") if ".part" not in path.name)
    parts = [np.load(path) for path in paths]
    if sum(len(part["labels"]) for part in parts) < MINIMUM:
        raise ValueError(f"too little data in {folder}: run tools.demo_model.synthesize first")
    return Data(np.concatenate([p["frames"] for p in parts]), np.concatenate([p["labels"] for p in parts]))


def draw_batch(
    data: Data, source: np.random.Generator, span: tuple[int, int], training: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """Random pieces from frames span[0] to span[1]: inputs (BATCH, frames, DIMENSION), labels (BATCH, OUTPUTS)."""
    width = (OUTPUTS - 1) * SUBSAMPLING + 1 + 2 * CONTEXT
    starts = source.integers(span[0], span[1] - width, BATCH)
    frames = np.stack([data.frames[start : start + width] for start in starts]).astype(np.float32)
    inner = slice(CONTEXT, width - CONTEXT, SUBSAMPLING)
    labels = np.stack([data.labels[start : start + width][inner] for start in starts]).astype(np.int64)
    for piece, target in zip(frames, labels, strict=True):
        if not training:
            break
        if source.random() < _START_OF_FILE:
            piece[:CONTEXT] = piece[CONTEXT]
        if source.random() < _UNKNOWN:
            first = source.integers(0, OUTPUTS - 10)
            part = target[first : first + source.integers(8, 35)]
            part[part > 0] = phones.pdf_table()[phones.SPN][0]
    return torch.from_numpy(frames), torch.from_numpy(labels)


def accuracy(network: AcousticModel, data: Data, held_back: int) -> float:
    """Share of held-back speech frames whose pdf is right; the same pieces every time."""
    network.eval()
    with torch.no_grad():
        frames, labels = draw_batch(data, np.random.default_rng(7), (0, held_back), training=False)
        right = network(frames).argmax(-1) == labels
    network.train()
    return float(right[labels > 0].float().mean())


def priors(labels: NDArray[np.int16]) -> torch.Tensor:
    """Share of each pdf, smoothed; SPN is rare in the labels and gets a twentieth on top."""
    counts = np.bincount(labels, minlength=phones.pdf_count()).astype(np.float64) + 10
    counts[phones.pdf_table()[phones.SPN][0]] += 0.05 * len(labels)
    return torch.from_numpy(counts / counts.sum())


def first_network(data: Data, start: Path | None) -> AcousticModel:
    """A fresh network with the means of the data, or the one of a checkpoint as it is."""
    torch.manual_seed(SEED)
    network = AcousticModel(phones.pdf_count())
    if start is not None:
        network.load_state_dict(torch.load(start, map_location="cpu")["state"])
        return network
    sample = data.frames[::37].astype(np.float32)
    network.mean.copy_(torch.from_numpy(sample.mean(0)))
    network.std.copy_(torch.from_numpy(sample.std(0) + 1e-3))
    return network


def train(network: AcousticModel, data: Data, steps: int, rate: float) -> None:
    """Take that many steps. Torch with one thread: two collapse when anything else runs."""
    torch.set_num_threads(1)
    source = np.random.default_rng(SEED)
    held_back = min(HELD_BACK, len(data.labels) // 4)
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-3)
    for step in range(steps):
        cosine = 0.5 * (1 + math.cos(math.pi * step / steps))
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / WARM_UP) * max(FLOOR, cosine)
        frames, labels = draw_batch(data, source, (held_back, len(data.labels)), training=True)
        loss = functional.cross_entropy(network(frames).reshape(-1, phones.pdf_count()), labels.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        if (step + 1) % REPORT_EVERY == 0 or step + 1 == steps:
            right = accuracy(network, data, held_back)
            print(f"step {step + 1}: loss {loss.item():.3f}, held-back speech frames right {right:.3f}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 with one line on stderr when there is no data."""
    parser = argparse.ArgumentParser(description="Train the acoustic model of the demo.")
    parser.add_argument("folder", type=Path, help="shards made by tools.demo_model.synthesize")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--steps", type=int, default=12_000)
    parser.add_argument("--start", type=Path, help="an earlier checkpoint to go on from")
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="highest learning rate")
    options = parser.parse_args(arguments)
    try:
        data = read_shards(options.folder)
    except ValueError as error:
        print(f"train: {error}", file=sys.stderr)
        return 1
    print(f"{len(data.labels) / 360_000:.2f} hours, {DIMENSION} features a frame", flush=True)
    network = first_network(data, options.start)
    train(network, data, options.steps, options.rate)
    torch.save({"state": network.state_dict(), "priors": priors(data.labels)}, options.checkpoint)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
