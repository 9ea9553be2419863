"""MFCC exactly as Vosk computes them from `conf/mfcc.conf`.

80 bins over a 40 ms window instead of Kaldi's usual 40 over 25 ms: narrow enough at the bottom to resolve the
harmonics of a 90 Hz voice, where the Mandarin tone is. No lifter, which would zero every 22nd coefficient.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIMENSION = 80
RATE = 16000
FRAME_SHIFT = 0.010
"""Seconds from frame to frame."""
FRAME_CENTRE = 0.020
"""Seconds from the start of a frame to the middle of its window."""
_LOW, _HIGH = 20, -400  # Hz; a negative end counts from the Nyquist frequency

MFCC_CONF = f"""\
--use-energy=false
--sample-frequency={RATE}
--frame-length=40
--num-mel-bins={DIMENSION}
--num-ceps={DIMENSION}
--cepstral-lifter=0
--low-freq={_LOW}
--high-freq={_HIGH}
--dither=0
--allow-upsample=true
"""


@functools.cache
def _options() -> Any:  # noqa: ANN401  an untyped library
    import kaldi_native_fbank

    options = kaldi_native_fbank.MfccOptions()
    options.frame_opts.samp_freq = RATE
    options.frame_opts.dither = 0.0
    options.frame_opts.snip_edges = True
    options.frame_opts.frame_length_ms = 40
    options.mel_opts.num_bins = DIMENSION
    options.mel_opts.low_freq = _LOW
    options.mel_opts.high_freq = _HIGH
    options.num_ceps = DIMENSION
    options.cepstral_lifter = 0
    options.use_energy = False
    return options


def mfcc(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Features of shape (frames, DIMENSION) of int16-scaled samples at 16 kHz."""
    import kaldi_native_fbank

    computer = kaldi_native_fbank.OnlineMfcc(_options())
    computer.accept_waveform(RATE, samples.astype(np.float32))
    computer.input_finished()
    frames = [computer.get_frame(index) for index in range(computer.num_frames_ready)]
    return np.stack(frames) if frames else np.zeros((0, DIMENSION), np.float32)
