"""Kaldi's binary file format, little endian: what `am/final.mdl` is made of."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import ArrayLike


class KaldiFile:
    """A binary Kaldi file being written; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._file.write(b"\0B")  # binary mode, said once per file

    def __enter__(self) -> KaldiFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def token(self, text: str) -> None:
        """A word such as <Nnet3>."""
        self._file.write(text.encode() + b" ")

    def text(self, text: str) -> None:
        """Raw text: the network's configuration lines stand in the file as they are."""
        self._file.write(text.encode())

    def int32(self, value: int) -> None:
        self._file.write(b"\x04" + struct.pack("<i", value))

    def float32(self, value: float) -> None:
        self._file.write(b"\x04" + struct.pack("<f", value))

    def ints(self, values: Sequence[int]) -> None:
        """An integer vector: its size byte describes the elements, the count has none of its own."""
        self._file.write(b"\x04" + struct.pack("<i", len(values)) + np.asarray(values, "<i4").tobytes())

    def vector(self, values: ArrayLike) -> None:
        data = np.asarray(values, "<f4")
        self.token("FV")
        self.int32(len(data))
        self._file.write(data.tobytes())

    def matrix(self, values: ArrayLike, bits: int = 32) -> None:
        """A matrix of 32-bit floats (FM), or compressed to 16 (CM2) or 8 (CM3) bits over its range."""
        data = np.asarray(values, np.float64)
        if bits == 32:
            self.token("FM")
            self.int32(data.shape[0])
            self.int32(data.shape[1])
            self._file.write(data.astype("<f4").tobytes())
            return
        low = float(data.min())
        span = float(data.max() - data.min()) or 1.0
        top, kind, token = {16: (65535, "<u2", "CM2"), 8: (255, "u1", "CM3")}[bits]
        self.token(token)
        self._file.write(struct.pack("<ffii", low, span, *data.shape))
        self._file.write(np.clip(np.round((data - low) / span * top), 0, top).astype(kind).tobytes())
