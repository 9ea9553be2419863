"""A trained checkpoint to the am/ and conf/ folders of a Vosk model.

usage: python -m tools.demo_model.export CHECKPOINT [--model models/voicedrill-demo-cn] [--bits 8]

A checkpoint is what `train.py` saves: the state of the network and the prior of each pdf. Batch normalisation and
log-priors are folded into the affine maps, so the file holds FixedAffine, ReLU and NoOp components only.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from tools.demo_model import phones
from tools.demo_model.features import DIMENSION, MFCC_CONF
from tools.demo_model.kaldi_files import KaldiFile
from tools.demo_model.network import DILATIONS, SUBSAMPLING, AcousticModel
from tools.demo_model.rebuild_graph import MODEL
from tools.demo_model.topology import Topology

PRIOR_SCALE = 0.6
"""How much of the log-prior is taken off the scores: with all of it, rare tonal finals win too often."""

MODEL_CONF = """\
--min-active=200
--max-active=3000
--beam=13.0
--lattice-beam=4.0
--acoustic-scale=0.4
--frame-subsampling-factor={subsampling}
--frames-per-chunk=51
--endpoint.silence-phones={silence}
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=1.0
--endpoint.rule4.min-trailing-silence=2.0
"""

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Component:
    """One nnet3 component and the descriptor of what it reads."""

    name: str
    source: str
    width: int
    weights: Matrix | None = None
    """Affine when given, shape (width, inputs)."""
    bias: Matrix | None = None
    rectified: bool = False
    """ReLU; with neither weights nor this, a no-op that only gives a sum a name."""


def fold_norm(weights: torch.Tensor, norm: torch.nn.Module) -> tuple[torch.Tensor, Matrix]:
    """A bias-free convolution (out, in, kernel) and the batch norm behind it as one affine map: weights, bias."""
    assert isinstance(norm, torch.nn.BatchNorm1d)
    assert norm.running_var is not None and norm.running_mean is not None
    scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
    bias = (norm.bias - norm.running_mean * scale).detach()
    return weights.detach() * scale[:, None, None], bias.numpy()


def splice(weights: torch.Tensor) -> Matrix:
    """A convolution (out, in, kernel) as a matrix (out, kernel * in) over appended frames."""
    matrix: Matrix = weights.detach().permute(0, 2, 1).reshape(weights.shape[0], -1).numpy()
    return matrix


def append(source: str, *offsets: int) -> str:
    """nnet3's descriptor of several frames side by side."""
    frames = [source if offset == 0 else f"Offset({source}, {offset})" for offset in offsets]
    return f"Append({', '.join(frames)})"


def components(network: AcousticModel, log_prior: Matrix) -> list[Component]:
    """The network as nnet3 components, input first; the last one is the output."""
    std, mean = network.std.numpy(), network.mean.numpy()
    parts = [Component("norm", "input", len(std), np.diag(1 / std), -mean / std)]
    for name, convolution, norm, source, offsets in (
        ("entry", network.entry, network.entry_norm, "norm", (-2, -1, 0, 1, 2)),
        ("stride", network.stride, network.stride_norm, "entry.relu", (-1, 0, 1)),
    ):
        weights, bias = fold_norm(convolution.weight, norm)
        parts.append(Component(name, append(source, *offsets), len(bias), splice(weights), bias))
        parts.append(Component(f"{name}.relu", name, len(bias), rectified=True))
    below = "stride.relu"
    for index, (layer, dilation) in enumerate(zip(network.layers, DILATIONS, strict=True)):
        name, step = f"layer{index}", SUBSAMPLING * dilation
        squeeze = splice(layer.squeeze.weight)
        source = append(below, -step, 0, step)
        parts.append(Component(f"{name}.squeeze", source, len(squeeze), squeeze, np.zeros(len(squeeze), np.float32)))
        weights, bias = fold_norm(layer.expand.weight, layer.norm)
        parts.append(Component(f"{name}.expand", f"{name}.squeeze", len(bias), splice(weights), bias))
        parts.append(Component(f"{name}.relu", f"{name}.expand", len(bias), rectified=True))
        parts.append(Component(name, f"Sum({below}, {name}.relu)", len(bias)))
        below = name
    output_bias = network.output.bias
    assert output_bias is not None
    bias = output_bias.detach().numpy() - log_prior
    parts.append(Component("logits", below, len(bias), splice(network.output.weight), bias))
    return parts


def write_transition_model(file: KaldiFile, topology: Topology) -> None:
    """HMMs of one and two states, all transitions even, no decision tree."""
    file.token("<TransitionModel>")
    file.token("<Topology>")
    ids = list(range(1, len(topology.names)))
    file.ints(ids)
    file.ints([-1] + [topology.state_count(phone) - 1 for phone in ids])
    file.int32(2)
    for states in (1, 2):
        file.int32(states + 1)
        for state in range(states):
            file.int32(state)
            file.int32(2)
            for target in (state, state + 1):
                file.int32(target)
                file.float32(0.5)
        file.int32(-1)  # the final state emits nothing
        file.int32(0)
    file.token("</Topology>")
    file.token("<Triples>")
    file.int32(len(topology.triples))
    for triple in topology.triples:
        for value in triple:
            file.int32(value)
    file.token("</Triples>")
    file.token("<LogProbs>")
    file.vector([0.0] + [float(np.log(0.5))] * topology.transition_count)
    file.token("</LogProbs>")
    file.token("</TransitionModel>")


def write_network(file: KaldiFile, parts: list[Component], bits: int) -> None:
    """The nnet3 configuration, ended by an empty line, and the components."""
    file.token("<Nnet3>")
    file.text(f"\ninput-node name=input dim={DIMENSION}\n")
    for part in parts:
        file.text(f"component-node name={part.name} component={part.name} input={part.source}\n")
    file.text(f"output-node name=output input={parts[-1].name} objective=linear\n\n")
    file.token("<NumComponents>")
    file.int32(len(parts))
    for part in parts:
        file.token("<ComponentName>")
        file.token(part.name)
        write_component(file, part, bits)
    file.token("</Nnet3>")


def write_component(file: KaldiFile, part: Component, bits: int) -> None:
    """One component; the input normalisation keeps full precision, being a diagonal of very different sizes."""
    if part.weights is not None and part.bias is not None:
        file.token("<FixedAffineComponent>")
        file.token("<LinearParams>")
        file.matrix(part.weights, 32 if part.name == "norm" else bits)
        file.token("<BiasParams>")
        file.vector(part.bias)
        file.token("</FixedAffineComponent>")
    elif part.rectified:
        file.token("<RectifiedLinearComponent>")
        file.token("<Dim>")
        file.int32(part.width)
        file.token("<ValueAvg>")
        file.vector([])
        file.token("<DerivAvg>")
        file.vector([])
        file.token("<Count>")
        file.float32(0.0)
        file.token("</RectifiedLinearComponent>")
    else:
        file.token("<NoOpComponent>")
        file.token("<Dim>")
        file.int32(part.width)
        file.token("<BackpropScale>")
        file.float32(1.0)
        file.token("</NoOpComponent>")


def export(checkpoint: Path, model: Path, bits: int) -> int:
    """Write am/final.mdl and conf/ of a model folder.

    Returns:
        Size of final.mdl in bytes.
    """
    saved = torch.load(checkpoint, map_location="cpu")
    network = AcousticModel(phones.pdf_count())
    network.load_state_dict(saved["state"])
    network.eval()
    topology = Topology()
    (model / "am").mkdir(parents=True, exist_ok=True)
    (model / "conf").mkdir(exist_ok=True)
    path = model / "am" / "final.mdl"
    with KaldiFile(path) as file:
        write_transition_model(file, topology)
        write_network(file, components(network, PRIOR_SCALE * saved["priors"].log().numpy()), bits)
        # Kaldi works the contexts out again on reading; the priors are already in the last bias.
        for token in ("<LeftContext>", "<RightContext>"):
            file.token(token)
            file.int32(0)
        file.token("<Priors>")
        file.vector([])
    (model / "conf" / "mfcc.conf").write_text(MFCC_CONF)
    conf = MODEL_CONF.format(subsampling=SUBSAMPLING, silence=topology.ids[phones.SIL])
    (model / "conf" / "model.conf").write_text(conf)
    return path.stat().st_size


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description="Export a trained acoustic model for Vosk.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--bits", type=int, choices=(8, 16, 32), default=8, help="size of a weight")
    options = parser.parse_args(arguments)
    size = export(options.checkpoint, options.model, options.bits)
    print(f"{options.model}/am/final.mdl: {size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
