// SPDX-License-Identifier: GPL-3.0-or-later
// Usage: compare.cjs PEERS CASES - runs what make-cases wrote in ONNX Runtime (of the
// node_modules in PEERS) and compares.  One TAP line a network.
const fs = require('fs');
const path = require('path');
const [peers, cases] = process.argv.slice(2).map((folder) => path.resolve(folder));
const ort = require(path.join(peers, 'node_modules', 'onnxruntime-node'));
const LIMIT = 1e-4;

const read = (name) => {
  const bytes = fs.readFileSync(path.join(cases, name));
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
};

async function difference(name, shape) {
  const session = await ort.InferenceSession.create(path.join(cases, `${name}.onnx`), { logSeverityLevel: 3 });
  const image = new ort.Tensor('float32', Float32Array.from(read(`${name}.in`)), [1, ...shape]);
  const { clean } = await session.run({ image });
  const ours = read(`${name}.out`);
  if (clean.data.length !== ours.length)
    throw new Error(`${clean.data.length} values, ours has ${ours.length}`);
  let most = 0, largest = 0;
  for (let i = 0; i < ours.length; i++) {
    const apart = Math.abs(ours[i] - clean.data[i]);
    if (!(apart <= most)) most = apart; // NaN too
    largest = Math.max(largest, Math.abs(ours[i]));
  }
  if (!(largest > 0.01)) throw new Error('the output is nothing but zeros');
  return most;
}

(async () => {
  const lines = fs.readFileSync(path.join(cases, 'list'), 'utf8').trim().split('\n');
  console.log(`1..${lines.length}`);
  for (const [i, line] of lines.entries()) {
    const [name, ...shape] = line.split(' ');
    let verdict;
    try {
      const most = await difference(name, shape.map(Number));
      verdict = `${most <= LIMIT ? 'ok' : 'not ok'} ${i + 1} ${name}: ${most.toExponential(1)} apart`;
    } catch (error) {
      verdict = `not ok ${i + 1} ${name}: ${error.message.replace(/\n/g, ' ')}`;
    }
    console.log(verdict);
  }
})();
