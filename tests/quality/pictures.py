#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The before/after pictures of the cards and the README.

    pictures.py BUILD WEIGHTS OUT [SCENE]

Noise of a known strength is put on photographs in the public domain that Debian's python3-scipy and
python3-skimage bring along, the weights of the folder WEIGHTS clean them as 8-bit files, and crops
at 100 % go side by side into OUT/NAME.png: noisy, cleaned, original.  The crops were chosen to show
what works and what does not.  SCENE is the folder of a rendered scene (spp4_gray.png,
spp16a_gray.png, ref_gray.png), for OUT/render-scene.png.
"""
import os
import subprocess
import sys
import tempfile
import warnings

import cv2
import numpy
import scipy.misc
import skimage

HEIGHT, WIDTH, GAP = 200, 240, 6

# file: weights, picture, sigma, left and top of the crop
SHEETS = {
    'photo-whiskers': ('photo', 'raccoon', 25, 440, 240),
    'photo-cup': ('photo', 'coffee', 50, 180, 120),
    'photo-fur': ('photo', 'chelsea', 25, 110, 60),
    'photo-fast-fur': ('photo-fast', 'chelsea', 25, 110, 60),
    'render-fur': ('render', 'chelsea', 10, 110, 60),
}
SCENE_LEFT, SCENE_TOP = 40, 20


def photograph(name):
    """Gray, 8 bits."""
    if name == 'raccoon':
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            return scipy.misc.face(gray=True)
    return cv2.imread(os.path.join(os.path.dirname(skimage.__file__), 'data', name + '.png'), 0)


def with_noise(clean, sigma):
    noise = sigma * numpy.random.default_rng(1).standard_normal(clean.shape)
    return numpy.clip(numpy.rint(clean + noise), 0, 255).astype(numpy.uint8)


def cleaned(build, weights, model, noisy):
    with tempfile.TemporaryDirectory() as folder:
        source, target = (os.path.join(folder, name) for name in ('noisy.png', 'clean.png'))
        cv2.imwrite(source, noisy)
        subprocess.run([os.path.join(build, 'cli/cleargrain'), '--quiet', '--no-config', '-o', target,
                        '--model', os.path.join(weights, model + '.safetensors'), source], check=True)
        return cv2.imread(target, 0)


def psnr(a, b):
    error = ((a.astype(float) - b) ** 2).mean()
    return 10 * numpy.log10(255 ** 2 / error) if error else float('inf')


def sheet(pictures, left, top):
    gap = numpy.full((HEIGHT, GAP), 255, numpy.uint8)
    crops = []
    for picture in pictures:
        crops += [picture[top:top + HEIGHT, left:left + WIDTH], gap]
    return numpy.hstack(crops[:-1])


def save(out, name, picture):
    cv2.imwrite(os.path.join(out, name + '.png'), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])


def row(build, weights, model, noisy, clean, left, top, name):
    result = cleaned(build, weights, model, noisy)
    print(f'{name}: {psnr(noisy, clean):.2f} dB, cleaned {psnr(result, clean):.2f} dB')
    return sheet((noisy, result, clean), left, top)


def scene(build, weights, folder):
    noisy4, noisy16, clean = (cv2.imread(os.path.join(folder, name + '_gray.png'), 0)
                              for name in ('spp4', 'spp16a', 'ref'))
    place = clean, SCENE_LEFT, SCENE_TOP
    rows = [row(build, weights, 'render', noisy4, *place, '4 samples'),
            row(build, weights, 'render', noisy16, *place, '16 samples')]
    gap = numpy.full((GAP, rows[0].shape[1]), 255, numpy.uint8)
    return numpy.vstack([rows[0], gap, rows[1]])


def main(build, weights, out, folder=None):
    os.makedirs(out, exist_ok=True)
    for name, (model, source, sigma, left, top) in SHEETS.items():
        clean = photograph(source)
        noisy = with_noise(clean, sigma)
        save(out, name, row(build, weights, model, noisy, clean, left, top, name))
    if folder:
        save(out, 'render-scene', scene(build, weights, folder))


if __name__ == '__main__':
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    main(*sys.argv[1:])
