// SPDX-License-Identifier: GPL-3.0-or-later
// Usage: peer.cjs FOLDER MODEL THREADS - the other half of peer.c.  Says ONNX Runtime's
// version, then for each line "WIDTH HEIGHT" the milliseconds that a run took.
const path = require('path');
const readline = require('readline');
const [folder, model, threads] = process.argv.slice(2);
const ort = require(path.resolve(folder, 'node_modules', 'onnxruntime-node'));

(async () => {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: Number(threads),
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  console.log(ort.env.versions.node);
  const images = new Map();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (!images.has(line)) {
      const [width, height] = line.split(' ').map(Number);
      const values = Float32Array.from({ length: width * height }, Math.random);
      images.set(line, new ort.Tensor('float32', values, [1, 1, height, width]));
    }
    const start = process.hrtime.bigint();
    await session.run({ image: images.get(line) });
    console.log(Number(process.hrtime.bigint() - start) / 1e6);
  }
})();
