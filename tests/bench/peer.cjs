// SPDX-License-Identifier: GPL-3.0-or-later
// Usage: peer.cjs FOLDER MODEL THREADS [busy] - the other half of peer.c.  Says ONNX
// Runtime's version, then for each line "WIDTH HEIGHT" the milliseconds that a run took:
// on the wall or, if busy, of processor time shared out to the threads, which then
// do not spin while they wait.
const path = require('path');
const readline = require('readline');
const [folder, model, threads, busy] = process.argv.slice(2);
const ort = require(path.resolve(folder, 'node_modules', 'onnxruntime-node'));

function milliseconds() {
  const used = process.cpuUsage();
  return busy ? (used.user + used.system) / 1e3 / threads : performance.now();
}

(async () => {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: busy ? { session: { intra_op: { allow_spinning: '0' } } } : {},
  });
  console.log(ort.env.versions.node);
  const images = new Map();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (!images.has(line)) {
      const [width, height] = line.split(' ').map(Number);
      const values = Float32Array.from({ length: width * height }, Math.random);
      images.set(line, new ort.Tensor('float32', values, [1, 1, height, width]));
    }
    const start = milliseconds();
    await session.run({ image: images.get(line) });
    console.log(milliseconds() - start);
  }
})();
