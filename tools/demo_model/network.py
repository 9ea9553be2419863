"""The acoustic model: a small factorised TDNN, one output every 30 ms.

1.0 million parameters. Only what nnet3 can express with affine maps, ReLU and sums, so that `export.py` can fold the
batch normalisation away.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from tools.demo_model.features import DIMENSION

SUBSAMPLING = 3
"""Vosk counts 0.03 s a frame whatever the configuration says, so this is fixed."""
WIDTH, BOTTLENECK = 256, 96
DILATIONS = (1, 1, 1, 2, 2, 2)
CONTEXT = 3 + SUBSAMPLING * sum(DILATIONS)
"""Input frames that an output needs on each side."""


class FactorisedLayer(nn.Module):
    """x + ReLU(BatchNorm(expand(squeeze(x at t - d, t, t + d)))): two thin maps in place of one thick."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.squeeze = nn.Conv1d(WIDTH, BOTTLENECK, 3, dilation=dilation, bias=False)
        self.expand = nn.Conv1d(BOTTLENECK, WIDTH, 1, bias=False)
        self.norm = nn.BatchNorm1d(WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        added = functional.relu(self.norm(self.expand(self.squeeze(x))))
        return x[:, :, self.dilation : -self.dilation] + added


class AcousticModel(nn.Module):
    """MFCC frames to pdf scores.

    Attributes:
        mean, std: of the features over the training data, shape (DIMENSION,).
    """

    mean: Tensor
    std: Tensor

    def __init__(self, pdfs: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(DIMENSION))
        self.register_buffer("std", torch.ones(DIMENSION))
        self.entry = nn.Conv1d(DIMENSION, WIDTH, 5, bias=False)
        self.entry_norm = nn.BatchNorm1d(WIDTH)
        self.stride = nn.Conv1d(WIDTH, WIDTH, 3, stride=SUBSAMPLING, bias=False)
        self.stride_norm = nn.BatchNorm1d(WIDTH)
        self.layers = nn.ModuleList(FactorisedLayer(dilation) for dilation in DILATIONS)
        self.output = nn.Conv1d(WIDTH, pdfs, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """(batch, frames, DIMENSION) -> logits (batch, (frames - 2 CONTEXT - 1) // 3 + 1, pdfs)."""
        x = ((frames - self.mean) / self.std).transpose(1, 2)
        x = functional.relu(self.entry_norm(self.entry(x)))
        x = functional.relu(self.stride_norm(self.stride(x)))
        for layer in self.layers:
            x = layer(x)
        logits: Tensor = self.output(x)
        return logits.transpose(1, 2)
