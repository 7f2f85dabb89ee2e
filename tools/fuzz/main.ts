import fs from 'node:fs';
import type { FileKind } from '@emdia/bank-files';
import { fuzz, ORIGINALS } from '../../libs/bank-files/test/fuzz';

const HELP = `npm run fuzz -- [--inputs 100000] [--seed 1] [--kind cnab400|cnab240|febraban150|ofx|pix] [--json FILE]
Reads mutated files of every kind and insists: no crash, no hang, no money out of nothing. What fails is found again by its seed.`;

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : (process.argv[at + 1] ?? '');
}

function main(): number {
  const inputs = Number(option('inputs') ?? 100_000);
  const seed = Number(option('seed') ?? 1);
  const kind = option('kind');
  const kinds = Object.keys(ORIGINALS) as FileKind[];
  if (!Number.isSafeInteger(inputs) || inputs < 1 || !Number.isSafeInteger(seed) || (kind !== undefined && !kinds.includes(kind as FileKind)) || process.argv.includes('--help')) {
    console.log(HELP);
    return process.argv.includes('--help') ? 0 : 2;
  }
  const json = option('json');
  const results: object[] = [];
  for (const each of kind === undefined ? kinds : [kind as FileKind]) {
    const started = performance.now();
    const { postings, slowest_ms } = fuzz(each, inputs, seed);
    const seconds = (performance.now() - started) / 1_000;
    results.push({ kind: each, inputs, seed, seconds, slowest_ms, postings });
    const ended = Object.entries(postings).map(([posting, count]) => `${count} ${posting}`).join(', ');
    console.log(`${each}: ${inputs} inputs of seed ${seed} in ${seconds.toFixed(1)} s, ${ended}; the slowest ${slowest_ms.toFixed(1)} ms`);
  }
  if (json !== undefined) fs.writeFileSync(json, `${JSON.stringify({ kinds: results }, null, 2)}\n`);
  return 0;
}

process.exitCode = main();
