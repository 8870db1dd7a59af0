# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of bench-training.c trained in PyTorch on noise, on as many threads as there are
processors: lines as cleargrain-bench prints them.  Fastest of several steps; no data is prepared."""
import os
import time

import torch
from torch import nn
from torch.nn import functional

DIGITS, BATCH = 60000, 128
CHAIN_LAYERS, CHAIN_PATCH, CHAIN_BATCH = 17, 40, 32


def conv(c_in, c_out, stride=1):
    return nn.Conv2d(c_in, c_out, 3, stride, padding=1)


def up(c_in, c_out):
    return nn.ConvTranspose2d(c_in, c_out, 3, 2, padding=1, output_padding=1)


def with_relu(*layers):
    return [part for layer in layers for part in (layer, nn.ReLU())]


POOL = nn.Sequential(
    conv(1, 32), nn.ReLU(), nn.MaxPool2d(2), conv(32, 32), nn.ReLU(), nn.MaxPool2d(2),
    conv(32, 32), nn.ReLU(), nn.Upsample(scale_factor=2),
    conv(32, 32), nn.ReLU(), nn.Upsample(scale_factor=2), conv(32, 1), nn.Sigmoid())
STRIDE = nn.Sequential(
    *with_relu(conv(1, 32, 2), conv(32, 32, 2), up(32, 32), up(32, 32)), conv(32, 1), nn.Sigmoid())
CHAIN = nn.Sequential(
    *with_relu(conv(1, 64), *(conv(64, 64) for _ in range(CHAIN_LAYERS - 2))), conv(64, 1))


def seconds(network, batch, side, loss, seconds_at_most=8):
    network = network.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters())
    clean = torch.rand(batch, 1, side, side).to(memory_format=torch.channels_last)
    noisy = (clean + 0.5 * torch.randn_like(clean)).clamp(0, 1)
    best, end = float("inf"), time.monotonic() + seconds_at_most
    while time.monotonic() < end:
        start = time.monotonic()
        optimizer.zero_grad()
        loss(network(noisy), clean).backward()
        optimizer.step()
        best = min(best, time.monotonic() - start)
    return best


torch.set_num_threads(len(os.sched_getaffinity(0)))
print(f"# torch {torch.__version__}, {torch.get_num_threads()} threads")
for name, network in (("pool", POOL), ("stride", STRIDE)):
    step = seconds(network, BATCH, 28, functional.binary_cross_entropy)
    print(f"train_mnist_{name}_epoch_torch {step * DIGITS / BATCH:.4g} s", flush=True)
step = seconds(CHAIN, CHAIN_BATCH, CHAIN_PATCH, functional.mse_loss)
print(f"train_17x64_{CHAIN_PATCH}x{CHAIN_PATCH}_torch {CHAIN_BATCH / step:.4g} patches/s")
