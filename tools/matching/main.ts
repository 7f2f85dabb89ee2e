/**
 * `npm run matching [-- --seed 1 --customers 2000 --known 0.85 --decide-days 1 --json FILE]`: matches a generated statement whose truth is known and
 * prints what came of it as Markdown. `--known` is the share of payers seen before it begins.
 */
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { statementSet } from '../../apps/payment-reconciliation/test/matching/statement-set';
import { type Figures, figuresBy, figuresOf, play } from '../../apps/payment-reconciliation/test/matching/trial';
import { match, Candidates, MATCH_SETTINGS } from '../../apps/payment-reconciliation/src/matching';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' }, customers: { type: 'string', default: '2000' }, known: { type: 'string', default: '0.85' },
    'decide-days': { type: 'string', default: '1' }, json: { type: 'string' },
  },
});

const share = (part: number, of: number): string => (of === 0 ? '–' : `${((100 * part) / of).toFixed(1)}% of ${of}`);

const line = (name: string, f: Figures): string =>
  `| ${name} | ${f.rows} | ${f.automatic} | ${f.wrong} | ${share(f.only_automatic, f.only)} | ${share(f.decidable_automatic, f.decidable)} | ${share(f.only_first, f.only)} | ${share(f.left_told, f.left)} |`;

/** Milliseconds that one credit takes against at least 10,000 open receivables: median and 99th percentile. */
function cost(seed: number): { open: number; index_ms: number; median_ms: number; p99_ms: number } {
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
  const speed = cost(seed);
  const bound = all.wrong === 0 && all.automatic > 0 ? `none wrong of ${all.automatic} automatic: at most ${((300 / all.automatic)).toFixed(3)}% with 95% confidence (3/N)` : `${all.wrong} WRONG of ${all.automatic} automatic`;
  console.log([
    `Seed ${seed}, ${customers} customers, ${Math.round(100 * knownShare)}% of the payers seen before, decided every ${decideEveryDays} day(s): ${bound}.`, '',
    '| credits | rows | automatic | wrong | only one candidate: automatic | of these, payer known or key | only one candidate: first | left to a person: told |', '|---|---|---|---|---|---|---|---|',
    line('**all**', all), ...figuresBy(judged, 'channel').map(([name, figures]) => line(name, figures)), ...figuresBy(judged, 'situation').map(([name, figures]) => line(name, figures)), '',
    `Cost: ${(matched_ms / judged.length).toFixed(2)} ms per credit of this statement; against ${speed.open} open receivables median ${speed.median_ms.toFixed(2)} ms, 99th percentile ${speed.p99_ms.toFixed(2)} ms, index built in ${speed.index_ms.toFixed(0)} ms.`,
  ].join('\n'));
  if (values.json) fs.writeFileSync(values.json, `${JSON.stringify({ seed, customers, known_share: knownShare, decide_days: decideEveryDays, figures: all, cost: speed }, null, 2)}\n`);
  return all.wrong === 0 ? 0 : 1;
}

try {
  process.exitCode = main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 64;
}
