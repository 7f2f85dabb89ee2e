import { formatBRL } from '@emdia/money';
import type { Result } from './backtest';
import { curvesSvg } from './curves-svg';

const COLUMNS: readonly (readonly [string, (outcome: Result['reguas'][number]) => string])[] = [
  ['régua', ({ label }) => label],
  ['recovered', ({ recovered }) => formatBRL(recovered.cents)],
  ['of what was at risk', ({ recovered }) => `${(100 * recovered.share).toFixed(1)} %`],
  ['against the first', ({ against_first }) => (against_first ? `${signed(against_first.recovered_cents)} (${against_first.low === null ? '–' : `${signed(against_first.low)} to ${signed(against_first.high!)}`})` : '')],
  ['contacts', ({ contacts }) => String(contacts.count)],
  ['per person', ({ contacts }) => decimal(contacts.per_person)],
  ['per recovered debt', ({ contacts }) => decimal(contacts.per_recovered_debt)],
  ['acts', ({ acts }) => String(Object.values(acts).reduce((sum, count) => sum + count, 0))],
  ['cost', ({ cost_cents }) => formatBRL(cost_cents)],
  ['late R$ x days', ({ late_cent_days }) => Math.round(late_cent_days / 100).toLocaleString('en')],
];

const decimal = (value: number | null): string => (value === null ? '–' : value.toFixed(2));
const signed = (cents: number): string => `${cents < 0 ? '−' : '+'}${formatBRL(Math.abs(cents))}`;

/** The comparison as people read it. */
export function inWords({ book, reguas, laws, faults }: Result): string {
  const rows = [COLUMNS.map(([name]) => name), ...reguas.map((outcome) => COLUMNS.map(([, of]) => of(outcome)))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')}`;
  const honest = book.source === 'generated'
    ? 'Payers are made up: the differences show what the model of payers assumes (apps/standalone/README.md), not what real ones do.'
    : 'Payments came on the days of the file under every régua: compare the contacts and their cost, not what was recovered.';
  return [
    '', `${book.at_risk_debts} of ${book.invoices} debts were at risk, ${formatBRL(book.at_risk_cents)} of ${formatBRL(book.invoiced_cents)}; each was followed for ${book.horizon_days} days.`, honest,
    '', ...rows.map(line),
    '', ...laws.map(({ law, name, checked, violations }) => `  ${`${law}. ${name}`.padEnd(42)}${String(checked).padStart(10)}${String(violations).padStart(6)} violations`),
    '', ...(faults.length ? faults.map((fault) => `WRONG: ${fault}`) : ['The five laws hold under every régua, and the books agree with what happened to the cent.']), '',
  ].join('\n');
}

/** The recovery curves as an SVG document. */
export function plot({ book, reguas }: Result): string {
  const about = `${formatBRL(book.at_risk_cents)} at risk, ${book.at_risk_debts} debts, ${book.source === 'generated' ? `generated book, seed ${book.seed}` : 'payments as in the file'}.`;
  return curvesSvg(reguas.map(({ label, curve }) => ({ label, points: curve })), { title: 'Share recovered by days since due', about });
}
