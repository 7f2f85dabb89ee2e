import fs from 'node:fs';
import type { FileKind } from '@emdia/bank-files';
import { fuzz, ORIGINALS } from '../../libs/bank-files/test/fuzz';
import { fuzzWebhooks } from '../../apps/billing-ingestion/test/webhook-fuzz';
import { DELIVERIES } from '../../apps/billing-ingestion/test/webhook-lives';
import type { Kind } from '../../apps/billing-ingestion/src/webhooks/source';

type Fuzz = (inputs: number, seed: number) => { readonly postings: Readonly<Record<string, number>>; readonly slowest_ms: number };

const KINDS: Readonly<Record<string, Fuzz>> = Object.fromEntries([
  ...Object.keys(ORIGINALS).map((kind): [string, Fuzz] => [kind, (inputs, seed) => fuzz(kind as FileKind, inputs, seed)]),
  ...Object.keys(DELIVERIES).map((kind): [string, Fuzz] => [`webhook-${kind}`, (inputs, seed) => fuzzWebhooks(kind as Kind, inputs, seed)]),
]);

const HELP = `npm run fuzz -- [--inputs 100000] [--seed 1] [--kind ${Object.keys(KINDS).join('|')}] [--json FILE]
Reads mutated files of banks and deliveries of platforms and insists: no crash, no hang, no money out of nothing. What fails is found again by its seed.`;

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : (process.argv[at + 1] ?? '');
}

function main(): number {
  const inputs = Number(option('inputs') ?? 100_000);
  const seed = Number(option('seed') ?? 1);
  const kind = option('kind');
  if (!Number.isSafeInteger(inputs) || inputs < 1 || !Number.isSafeInteger(seed) || (kind !== undefined && !Object.hasOwn(KINDS, kind)) || process.argv.includes('--help')) {
    console.log(HELP);
    return process.argv.includes('--help') ? 0 : 2;
  }
  const json = option('json');
  const results: object[] = [];
  for (const [each, run] of Object.entries(KINDS).filter(([name]) => kind === undefined || name === kind)) {
    const started = performance.now();
    const { postings, slowest_ms } = run(inputs, seed);
    const seconds = (performance.now() - started) / 1_000;
    results.push({ kind: each, inputs, seed, seconds, slowest_ms, postings });
    const ended = Object.entries(postings).map(([posting, count]) => `${count} ${posting}`).join(', ');
    console.log(`${each}: ${inputs} inputs of seed ${seed} in ${seconds.toFixed(1)} s, ${ended}; the slowest ${slowest_ms.toFixed(1)} ms`);
  }
  if (json !== undefined) fs.writeFileSync(json, `${JSON.stringify({ kinds: results }, null, 2)}\n`);
  return 0;
}

process.exitCode = main();
