/** What `npm run bench -- --json` writes, as far as the README shows it. */
export interface BenchResult {
  readonly rows: readonly {
    readonly id: string; readonly measured: string; readonly value: number; readonly unit: string; readonly better: 'higher' | 'lower'; readonly target: number | null;
    readonly floor: number | null; readonly min: number; readonly max: number; readonly cpu_us_per_event: number | null; readonly repeats: number;
  }[];
}

/** What `npm run chaos -- --json` writes. */
export interface ChaosResult {
  readonly seconds: number;
  readonly events: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly witnesses: Readonly<Record<string, number>>;
  readonly invariants: readonly { readonly name: string; readonly checked: number; readonly violations: number }[];
}

/** What `npm run simulate -- --json` writes, as far as the README shows it. */
export interface SimulateResult {
  readonly seeds: number;
  readonly steps: number;
  readonly case_days: number;
  readonly case_days_per_second: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly laws: readonly { readonly law: number; readonly checked: number; readonly violations: number }[];
}

/** What `npm run matching -- --json` writes: counts for all rows, each channel and each situation; milliseconds. */
export interface MatchingResult {
  readonly seed: number;
  readonly customers: number;
  readonly known_share: number;
  readonly decide_days: number;
  readonly ms_per_credit: number;
  readonly figures: Readonly<Record<string, {
    readonly rows: number; readonly automatic: number; readonly wrong: number; readonly only: number; readonly only_automatic: number; readonly only_first: number;
    readonly decidable: number; readonly decidable_automatic: number; readonly left: number; readonly left_told: number;
  }>>;
  readonly cost: { readonly open: number; readonly index_ms: number; readonly median_ms: number; readonly p99_ms: number };
}

/** What `npm run fuzz -- --json` writes. */
export interface FuzzResult {
  readonly kinds: readonly { readonly kind: string; readonly inputs: number; readonly seed: number; readonly seconds: number; readonly slowest_ms: number; readonly postings: Readonly<Record<string, number>> }[];
}

/** What came of a book, under a régua or where nobody asks. */
interface BacktestRow {
  readonly recovered: { readonly debts: number; readonly cents: number; readonly share: number; readonly share_in_10_days: number };
  readonly late_cent_days: number;
}

/** What `npm run backtest -- --json` writes, as far as the README shows it. */
export interface BacktestResult {
  readonly book: {
    readonly source: 'generated' | 'file'; readonly seed: number | null; readonly customers: number; readonly invoices: number; readonly at_risk_debts: number; readonly at_risk_cents: number;
    readonly disputed_debts: number; readonly horizon_days: number; readonly of: { readonly customers: number; readonly invoices: number } | null;
  };
  readonly unasked: BacktestRow;
  readonly reguas: readonly (BacktestRow & {
    readonly label: string;
    readonly contacts: { readonly count: number; readonly per_person: number | null; readonly per_recovered_debt: number | null };
    readonly acts: Readonly<Record<string, number>>; readonly cost_cents: number;
    readonly against_first: { readonly recovered_cents: number; readonly low: number | null; readonly high: number | null } | null;
  })[];
  readonly laws: readonly { readonly checked: number; readonly violations: number }[];
}

/** What `npm run demo -- --regua R --json` writes, as far as the README shows it. */
export interface DemoResult {
  readonly regua: string | null;
  readonly seed: number | null;
  readonly book: { readonly customers: number; readonly invoices: number };
  readonly contacts: readonly { readonly step: string; readonly count: number }[];
  /** Debts paid late, by the last contact before; `none` where there was none. */
  readonly recovered: readonly { readonly step: string; readonly count: number; readonly amount_cents: number }[];
  readonly laws: readonly { readonly checked: number; readonly violations: number }[];
}

const number = (value: number): string => (Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3))));
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const listed = (counts: Readonly<Record<string, number>>): string => Object.entries(counts).map(([name, count]) => `${name} ${number(count)}`).join(', ');
const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, count) => total + count, 0);

/** Markdown of a benchmark: a row each, with target, floor and whether they hold. */
export function benchTable({ rows }: BenchResult): string {
  const holds = (value: number, limit: number, better: 'higher' | 'lower') => (better === 'higher' ? value >= limit : value <= limit);
  const limit = (better: 'higher' | 'lower', value: number | null) => (value === null ? '–' : `${better === 'higher' ? '≥' : '≤'} ${number(value)}`);
  const judged = ({ value, target, floor, better }: BenchResult['rows'][number]) => {
    if (target !== null && holds(value, target, better)) return 'target';
    if (floor !== null) return holds(value, floor, better) ? 'floor' : '**missed**';
    return 'reported';
  };
  const body = rows.map((row) => [
    `\`${row.id}\``, `${number(row.value)} ${row.unit}`, `${number(row.min)} – ${number(row.max)}`, limit(row.better, row.target), limit(row.better, row.floor),
    judged(row), row.cpu_us_per_event === null ? '–' : `${number(row.cpu_us_per_event)} µs`, String(row.repeats),
  ]);
  const head = ['row', 'median', 'range', 'target', 'floor', 'holds', 'CPU per event', 'repeats'];
  const measured = [...new Set(rows.map((row) => row.measured))];
  const where = measured.map((each) => `- ${each}${measured.length === 1 ? '' : `: ${rows.filter((row) => row.measured === each).map(({ id }) => id).join(', ')}`}`);
  return `${where.join('\n')}\n\n${table(head, body)}`;
}

/** Markdown of a chaos run: its invariants, and the bound that the number of faults supports (rule of three). */
export function chaosTable({ seconds, events, faults, witnesses, invariants }: ChaosResult): string {
  const total = sum(faults);
  const broken = invariants.reduce((found, { violations }) => found + violations, 0);
  const bound = broken > 0 ? `${broken} violations.` : `No violation in ${number(total)} faults bounds the rate below ${number(3 / total)} per fault (95 %).`;
  const body = invariants.map(({ name, checked, violations }) => [name, number(checked), String(violations)]);
  return `${number(seconds)} s, ${number(events)} events. ${bound}\n\nFaults: ${listed(faults)}.\n\nWitnesses that they bit: ${listed(witnesses)}.\n\n${table(['invariant', 'checked', 'violations'], body)}`;
}

/** Markdown of a simulation. */
export function simulateTable({ seeds, steps, case_days, case_days_per_second, faults, laws }: SimulateResult): string {
  const body = laws.map(({ law, checked, violations }) => [String(law), number(checked), String(violations)]);
  return `${number(seeds)} seeds, ${number(steps)} steps, ${number(case_days)} case-days, ${number(case_days_per_second)} a second.\n\nFaults: ${listed(faults)}.\n\n${table(['law', 'checked', 'violations'], body)}`;
}

/** Markdown of a matched statement whose truth is known: a row each for all, every channel and every situation. */
export function matchingTable({ seed, customers, known_share, decide_days, ms_per_credit, figures, cost }: MatchingResult): string {
  const share = (part: number, of: number) => (of === 0 ? '–' : `${((100 * part) / of).toFixed(1)} % of ${number(of)}`);
  const { automatic, wrong } = figures.all!;
  const bound = wrong === 0 && automatic > 0 ? `none wrong of ${number(automatic)} automatic bounds the rate below ${(300 / automatic).toFixed(3)} % (95 %)` : `${wrong} WRONG of ${number(automatic)} automatic`;
  const body = Object.entries(figures).map(([name, f]) => [
    name, number(f.rows), number(f.automatic), number(f.wrong), share(f.only_automatic, f.only), share(f.decidable_automatic, f.decidable), share(f.only_first, f.only), share(f.left_told, f.left),
  ]);
  const head = ['credits', 'rows', 'automatic', 'wrong', 'only one candidate: automatic', 'of these, payer known or key', 'only one candidate: first', 'left to a person: told'];
  return [
    `Seed ${seed}, ${number(customers)} customers, ${Math.round(100 * known_share)} % of the payers seen before, decided every ${decide_days} day(s): ${bound}.`,
    table(head, body),
    `${ms_per_credit.toFixed(2)} ms per credit; against ${number(cost.open)} open receivables median ${cost.median_ms.toFixed(2)} ms, 99th percentile ${cost.p99_ms.toFixed(2)} ms, index built in ${number(cost.index_ms)} ms.`,
  ].join('\n\n');
}

/** Markdown of mutated files: how many of each kind, and how they ended. */
export function fuzzTable({ kinds }: FuzzResult): string {
  const body = kinds.map(({ kind, inputs, seconds, slowest_ms, postings }) => [kind, number(inputs), listed(postings), `${slowest_ms.toFixed(1)} ms`, `${number(seconds)} s`]);
  return `Seed ${kinds[0]?.seed}; no crash, no hang, no money that the file does not tell of.\n\n${table(['kind', 'inputs', 'ended', 'slowest', 'all'], body)}`;
}

const reais = (cents: number): string => `R$ ${(cents / 100).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const total = <T>(list: readonly T[], of: (each: T) => number): number => list.reduce((all, each) => all + of(each), 0);

/** Markdown of backtests, a table for each book: where nobody asks, then a row for each régua, the first of which the others are held against. */
export const backtestTables = (...results: readonly BacktestResult[]): string => results.map(backtestTable).join('\n\n');

function backtestTable({ book, unasked, reguas, laws }: BacktestResult): string {
  const signed = (cents: number) => `${cents < 0 ? '−' : '+'}${reais(Math.abs(cents))}`;
  const each = (value: number | null) => (value === null ? '–' : value.toFixed(2));
  const came = ({ recovered }: BacktestRow) => [reais(recovered.cents), percent(recovered.share), percent(recovered.share_in_10_days)];
  const late = ({ late_cent_days }: BacktestRow) => Math.round(late_cent_days / 100).toLocaleString('en');
  const body = reguas.map((row) => [
    row.label, ...came(row),
    row.against_first === null ? '–' : `${signed(row.against_first.recovered_cents)}${row.against_first.low === null ? '' : ` (${signed(row.against_first.low)} to ${signed(row.against_first.high!)})`}`,
    number(row.contacts.count), each(row.contacts.per_person), each(row.contacts.per_recovered_debt), number(sum(row.acts)), reais(row.cost_cents), late(row),
  ]);
  const broken = total(laws, ({ violations }) => violations);
  const head = ['régua', 'recovered', 'of what was at risk', 'within 10 days', 'against the first (95 %)', 'contacts', 'per person', 'per recovered debt', 'acts', 'cost', 'late R$ x days'];
  const part = book.of ? `, by lot of ${number(book.of.customers)} and ${number(book.of.invoices)}` : '';
  return [
    `${book.source === 'generated' ? 'Generated book' : 'Given receivables file (a vendor sample, not proven real; days of payment are data, answers to contacts are model)'}, seed ${book.seed}: ${number(book.customers)} customers, ${number(book.invoices)} debts${part}; ${number(book.at_risk_debts)} of them (${reais(book.at_risk_cents)}) at risk${book.disputed_debts > 0 ? `, ${number(book.disputed_debts)} disputed` : ''}; each followed for ${book.horizon_days} days. ${broken === 0 ? 'No law broken' : `${broken} VIOLATIONS`} in ${number(total(laws, ({ checked }) => checked))} checks.`,
    table(head, [['*nobody asks*', ...came(unasked), '–', '0', '–', '–', '0', reais(0), late(unasked)], ...body]),
  ].join('\n\n');
}

/** Markdown of the demo's book under one régua after the other. */
export function reguasTable(...results: readonly DemoResult[]): string {
  const body = results.map(({ regua, contacts, recovered, laws }) => {
    const asking = total(contacts.filter(({ step }) => step !== 'thanks'), ({ count }) => count);
    const after = recovered.filter(({ step }) => step !== 'none');
    const debts = total(after, ({ count }) => count);
    return [
      regua ?? '–', number(debts), reais(total(after, ({ amount_cents }) => amount_cents)), number(total(recovered, ({ count }) => count) - debts), number(asking), debts === 0 ? '–' : (asking / debts).toFixed(2),
      number(total(laws, ({ checked }) => checked)), laws.map(({ violations }) => violations).join(' · '),
    ];
  });
  const [first] = results;
  return [
    `Seed ${first?.seed}, ${number(first?.book.customers ?? 0)} customers, ${number(first?.book.invoices ?? 0)} invoices, incidents included; payments come on the days of the book, whoever is written to.`,
    table(['régua', 'paid late after a contact', 'money', 'without one', 'contacts', 'per such debt', 'checks of the laws', 'violations, laws 1 to 5'], body),
  ].join('\n\n');
}

/** Puts a text between two markers of a page; throws where the page has not both. */
export function between(page: string, name: string, text: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [page.indexOf(open), page.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`The page has no ${open} … ${close}.`);
  return `${page.slice(0, from + open.length)}\n\n${text}\n\n${page.slice(to)}`;
}
