/**
 * `npm run matching [-- --seed 1 --customers 2000 --known 0.85 --decide-days 1 --json FILE]`: matches a generated statement whose truth is known and
 * prints what came of it as Markdown. `--known` is the share of payers seen before it begins.
 */
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { statementSet } from '../../apps/payment-reconciliation/test/matching/statement-set';
import { figuresBy, figuresOf, play } from '../../apps/payment-reconciliation/test/matching/trial';
import { match, Candidates, MATCH_SETTINGS } from '../../apps/payment-reconciliation/src/matching';
import { type MatchingResult, matchingTable } from '../measure/tables';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' }, customers: { type: 'string', default: '2000' }, known: { type: 'string', default: '0.85' },
    'decide-days': { type: 'string', default: '1' }, json: { type: 'string' },
  },
});

/** Milliseconds that one credit takes against at least 10,000 open receivables: median and 99th percentile. */
function cost(seed: number): MatchingResult['cost'] {
  const set = statementSet(seed, { customers: 3_400, knownShare: 0.85 });
  const began = performance.now();
  const candidates = new Candidates({ customers: set.customers, receivables: set.invoices, confirmed: set.confirmed });
  const index_ms = performance.now() - began;
  const took = set.rows.map(({ credit }) => {
    const start = performance.now();
    match(credit, candidates, { ...MATCH_SETTINGS, fees: set.fees });
    return performance.now() - start;
  }).slice(500).sort((a, b) => a - b);
  const at = (quantile: number) => took[Math.floor(took.length * quantile)]!;
  return { open: set.invoices.length, index_ms, median_ms: at(0.5), p99_ms: at(0.99) };
}

function main(): number {
  const [seed, customers, knownShare, decideEveryDays] = [values.seed, values.customers, values.known, values['decide-days']].map(Number) as [number, number, number, number];
  if (![seed, customers, knownShare, decideEveryDays].every(Number.isFinite)) throw new Error('--seed, --customers, --known and --decide-days are numbers.');
  const { judged, matched_ms } = play(statementSet(seed, { customers, knownShare }), { decideEveryDays });
  const all = figuresOf(judged);
  const result: MatchingResult = {
    seed, customers, known_share: knownShare, decide_days: decideEveryDays, ms_per_credit: matched_ms / judged.length,
    figures: { all, ...Object.fromEntries([...figuresBy(judged, 'channel'), ...figuresBy(judged, 'situation')]) }, cost: cost(seed),
  };
  console.log(matchingTable(result));
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
  return all.wrong === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 64;
}
