import { formatBRL } from '@emdia/money';
import type { Result } from './backtest';
import { curvesSvg } from './curves-svg';

/** A régua, or what comes where nobody is asked. */
type Row = Result['unasked'] & Partial<Result['reguas'][number]>;
const UNASKED = 'nobody asks';

const COLUMNS: readonly (readonly [string, (row: Row) => string])[] = [
  ['régua', ({ label }) => label ?? UNASKED],
  ['recovered', ({ recovered }) => formatBRL(recovered.cents)],
  ['of what was at risk', ({ recovered }) => percent(recovered.share)],
  ['within 10 days', ({ recovered }) => percent(recovered.share_in_10_days)],
  ['against the first', ({ against_first }) => (against_first ? `${signed(against_first.recovered_cents)} (${against_first.low === null ? '–' : `${signed(against_first.low)} to ${signed(against_first.high!)}`})` : '')],
  ['contacts', ({ contacts }) => String(contacts?.count ?? 0)],
  ['per person', ({ contacts }) => decimal(contacts?.per_person)],
  ['per recovered debt', ({ contacts }) => decimal(contacts?.per_recovered_debt)],
  ['acts', ({ acts = {} }) => String(Object.values(acts).reduce((sum, count) => sum + count, 0))],
  ['cost', ({ cost_cents = 0 }) => formatBRL(cost_cents)],
  ['late R$ x days', ({ late_cent_days }) => Math.round(late_cent_days / 100).toLocaleString('en')],
];

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const decimal = (value: number | null | undefined): string => value?.toFixed(2) ?? '–';
const signed = (cents: number): string => `${cents < 0 ? '−' : '+'}${formatBRL(Math.abs(cents))}`;

/** What of a result is data, and what the model of payers. */
function honestly({ book }: Result): readonly string[] {
  if (book.source === 'generated') return ['Payers are made up: the differences show what the model of payers assumes (apps/standalone/README.md), not what real ones do.'];
  return [
    ...(book.of ? [`A part of the file: ${book.customers} of its ${book.of.customers} customers, by lot of seed ${book.seed}, with ${book.invoices} of its ${book.of.invoices} debts.`] : []),
    'Data: invoices, amounts, due dates, which were disputed, and the days of payment, taken as what comes where nobody asks (whatever was asked at the time).',
    'Model: why a debt was late, that contacts move its payment earlier and by how much, and that a disputed one is disputed at the first contact (apps/standalone/README.md).',
  ];
}

/** The comparison as people read it. */
export function inWords(result: Result): string {
  const { book, unasked, reguas, laws, faults } = result;
  const rows = [COLUMNS.map(([name]) => name), ...[unasked, ...reguas].map((row) => COLUMNS.map(([, of]) => of(row)))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')}`;
  return [
    '', `${book.at_risk_debts} of ${book.invoices} debts were at risk, ${formatBRL(book.at_risk_cents)} of ${formatBRL(book.invoiced_cents)}; each was followed for ${book.horizon_days} days.`, ...honestly(result),
    '', ...rows.map(line),
    '', ...laws.map(({ law, name, checked, violations }) => `  ${`${law}. ${name}`.padEnd(42)}${String(checked).padStart(10)}${String(violations).padStart(6)} violations`),
    '', ...(faults.length ? faults.map((fault) => `WRONG: ${fault}`) : ['The five laws hold under every régua, and the books agree with what happened to the cent.']), '',
  ].join('\n');
}

/** The recovery curves as an SVG document. */
export function plot({ book, unasked, reguas }: Result): string {
  const about = `${formatBRL(book.at_risk_cents)} at risk, ${book.at_risk_debts} debts, ${book.source === 'generated' ? 'generated book' : 'given book, answers to contacts by the model of payers'}, seed ${book.seed}.`;
  const lines = [...reguas, { label: UNASKED, curve: unasked.curve }];
  return curvesSvg(lines.map(({ label, curve }) => ({ label, points: curve })), { title: 'Share recovered by days since due', about });
}
