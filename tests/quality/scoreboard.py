#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scoreboard: our weights, what people have at hand, and the papers.

    scoreboard.py BUILD PICTURES [WEIGHTS...] > weights/SCORES.md

PICTURES holds folders of clean gray pictures (Set12, Kodak24_gray, CID22_val40_gray) and rendered
scenes (renders/clean, spp4, spp16a, as training/link-renders lays them out); those that are absent
are named and left out.  Ours are scored by `cleargrain-train eval`.  The others clean 8-bit files;
each is run with several settings and shown with the best one of each noise level, which flatters
it, and remembered in BUILD/peers.json, as they take most of the time and do not change with our
weights.  All PSNR and SSIM come from the same code of ours.
"""
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile

SIGMAS = (15, 25, 50)
SAMPLES = ('spp4', 'spp16a')
SETS = ('Set12', 'Kodak24_gray', 'CID22_val40_gray')

# PSNR on Set12 at 15, 25, 50 as the papers print it; float noise.
PUBLISHED = (
    ('BM3D, told sigma (Dabov et al. 2007)', (32.37, 29.97, 26.72)),
    ('DnCNN-S, a network a level (Zhang et al. 2017)', (32.86, 30.44, 27.18)),
    ('DnCNN-B, blind (Zhang et al. 2017)', (32.68, 30.36, 27.21)),
    ('FFDNet, told sigma (Zhang et al. 2018)', (32.75, 30.43, 27.32)),
    ('DRUNet, told sigma, 32 M parameters (Zhang et al. 2021)', (33.25, 30.94, 27.90)),
    ('Restormer, blind (Zamir et al. 2022)', (33.35, 31.04, 28.01)),
)


# --- ours -----------------------------------------------------------------------------------------

def evaluate(build, model, clean, *noise):
    """(PSNR, SSIM, noisy PSNR) of a weights file."""
    command = [os.path.join(build, 'training/cleargrain-train'), 'eval', '--json', '--model', model,
               '--clean', clean, *noise]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    mean = json.loads(lines[-1])
    return mean['psnr'], mean['ssim'], mean['noisy_psnr']


# --- what people have at hand ---------------------------------------------------------------------

def opencv_nlm(source, target, sigma, setting):
    import cv2
    picture = cv2.imread(source, cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(target, cv2.fastNlMeansDenoising(picture, None, setting * sigma, 7, 21))


def gegl(operation, *properties):
    def run(source, target, sigma, setting):
        values = [word.format(value=setting * sigma, setting=setting) for word in properties]
        subprocess.run(['gegl', source, '-o', target, '--', operation, *values], check=True,
                       capture_output=True)
    return run


def gmic(source, target, sigma, setting):
    # The patch smoothing filter: spatial and intensity deviation.
    subprocess.run(['gmic', '-v', '-1', source, '-denoise', f'3,{setting * sigma}', '-c', '0,255',
                    '-round', '-o', target], check=True, capture_output=True)


def have_opencv():
    try:
        import cv2  # noqa: F401
        return True
    except ImportError:
        return False


# Name, whether it is there, how to run it, settings to choose from.
PEERS = (
    ('OpenCV fastNlMeans 7x21', have_opencv, opencv_nlm, (0.85, 1.0, 1.15)),
    ('GEGL denoise-dct', lambda: shutil.which('gegl'),
     gegl('gegl:denoise-dct', 'sigma={value}'), (0.7, 0.85, 1.0)),
    ('GEGL noise-reduction', lambda: shutil.which('gegl'),
     gegl('gegl:noise-reduction', 'iterations={setting}'), (2, 4, 6)),
    ("G'MIC denoise", lambda: shutil.which('gmic'), gmic, (0.4, 0.55, 0.7)),
)

# Its strengths to choose from where nobody knows sigma.
NLM_OF_RENDERS = (10, 15, 20, 30, 40)


def copy_gray(source, target):
    import cv2
    cv2.imwrite(target, cv2.imread(source, cv2.IMREAD_GRAYSCALE))


def make_noisy(source, target, sigma, seed):
    import cv2
    import numpy
    clean = cv2.imread(source, cv2.IMREAD_GRAYSCALE)
    noise = numpy.random.default_rng(seed).normal(0, sigma, clean.shape)
    cv2.imwrite(target, numpy.clip(numpy.rint(clean + noise), 0, 255).astype('uint8'))


def score_peer(build, clean, make, run, sigma, setting, folder):
    """Mean (PSNR, SSIM) over the pictures of a folder; make (name, number, target) writes the noisy
    8-bit file of each."""
    sums = [0, 0]
    names = sorted(os.listdir(clean))
    reference, source, target = (os.path.join(folder, name) for name in ('r.png', 'n.png', 'c.png'))
    for number, name in enumerate(names):
        copy_gray(os.path.join(clean, name), reference)
        make(name, number, source)
        run(source, target, sigma, setting)
        copy_gray(target, target)
        answer = subprocess.run([os.path.join(build, 'cli/cleargrain'), 'compare', '--json',
                                 reference, target],
                                check=True, capture_output=True, text=True).stdout
        sums[0] += json.loads(answer)['psnr']
        sums[1] += json.loads(answer)['ssim']
    return sums[0] / len(names), sums[1] / len(names)


def best_of_peer(build, key, clean, make, run, sigma, settings):
    """key: all that the score depends on, in words."""
    path = os.path.join(build, 'peers.json')
    known = {}
    if os.path.exists(path):
        with open(path, encoding='utf-8') as lines:
            known = json.load(lines)
    if key not in known:
        with tempfile.TemporaryDirectory() as folder:
            known[key] = max(score_peer(build, clean, make, run, sigma, setting, folder)
                             for setting in settings)
        with open(path, 'w', encoding='utf-8') as lines:
            json.dump(known, lines, indent=1)
    return known[key]


# --- the tables -----------------------------------------------------------------------------------

def processor():
    with open('/proc/cpuinfo', encoding='utf-8') as lines:
        names = [line.split(':', 1)[1].strip() for line in lines if line.startswith('model name')]
    return f'{names[0]}, {len(names)} threads' if names else platform.machine()


def row(name, cells):
    print(f'| {name} | ' + ' | '.join(cells) + ' |', flush=True)


def show(scores):
    return [f'{psnr:.2f} / {ssim:.4f}' for psnr, ssim in scores]


def head(columns):
    row('', columns)
    print('|---' * (len(columns) + 1) + '|')


def rows_of_weights(build, weights, clean, noises):
    """Noisy, then each of our weights; noises are options of eval, one list a column."""
    scores = [[evaluate(build, model, clean, *noise) for noise in noises] for model in weights]
    row('noisy', [f'{noisy:.2f}' for _, _, noisy in scores[0]])
    for model, columns in zip(weights, scores):
        name = os.path.basename(model).removesuffix('.safetensors')
        row(f'**{name}**', show(column[:2] for column in columns))


def rows_of_peers(build, clean):
    for name, is_there, run, settings in PEERS:
        if not is_there() or not have_opencv():
            row(name, ['not installed'] * len(SIGMAS))
            continue
        scores = []
        for sigma in SIGMAS:
            def make(picture, number, target, sigma=sigma):
                make_noisy(os.path.join(clean, picture), target, sigma, number)
            key = f'{name} {settings}, {os.path.realpath(clean)}, files with sigma {sigma}'
            scores.append(best_of_peer(build, key, clean, make, run, sigma, settings))
        row(name, show(scores))


def table_of_photographs(build, weights, name, clean, files):
    print(f"## {name}, {'users’ files' if files else 'papers’ protocol'}\n")
    head([f'sigma {sigma}' for sigma in SIGMAS])
    rows_of_weights(build, weights, clean,
                    [['--noise', f'gauss:{sigma}'] + ['--quantize'] * files for sigma in SIGMAS])
    if name == 'Set12' and files:
        rows_of_peers(build, clean)
    if name == 'Set12' and not files:
        for paper, scores in PUBLISHED:
            row(paper, [f'*{score:.2f}*' for score in scores])
    print(flush=True)


def table_of_renders(build, weights, folder):
    clean = os.path.join(folder, 'clean')
    noisy = [os.path.join(folder, samples) for samples in SAMPLES]
    print(f'## Renders, {len(os.listdir(clean))} scenes\n')
    head(['4 samples a pixel', '16 samples a pixel'])
    rows_of_weights(build, weights, clean, [['--noisy', path] for path in noisy])
    if have_opencv():
        scores = []
        for path in noisy:
            def make(picture, _, target, path=path):
                copy_gray(os.path.join(path, picture), target)
            key = f'OpenCV fastNlMeans 7x21 {NLM_OF_RENDERS}, {os.path.realpath(path)}'
            scores.append(best_of_peer(build, key, clean, make, opencv_nlm, 1, NLM_OF_RENDERS))
        row('OpenCV fastNlMeans 7x21', show(scores))
    print(flush=True)


def main():
    build, pictures = sys.argv[1:3]
    weights = sys.argv[3:] or sorted(
        os.path.join('weights', name) for name in os.listdir('weights')
        if name.endswith('.safetensors'))

    print(f"""# Scores

Made by `./dev quality PICTURES` on {datetime.date.today()} ({processor()}); PSNR in dB / SSIM (11x11
Gaussian window of 1.5 pixels), means over the pictures, results rounded to 8 bits.
*Papers' protocol*: Gaussian noise in floats.  *Users' files*: clipped and rounded to 8 bits first.
None of the pictures were trained on.  Figures in italics are the papers' own, not measured here.
""")
    for name in SETS:
        folder = os.path.join(pictures, name)
        if not os.path.isdir(folder):
            print(f'{name}: there is no such folder in {pictures}.\n')
            continue
        for files in (False, True):
            table_of_photographs(build, weights, name, folder, files)
    renders = os.path.join(pictures, 'renders')
    if os.path.isdir(renders):
        table_of_renders(build, weights, renders)
    else:
        print(f'Renders: there is no such folder in {pictures}.')


if __name__ == '__main__':
    main()
