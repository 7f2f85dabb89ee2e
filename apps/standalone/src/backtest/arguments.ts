import { parseArgs } from 'node:util';
import { DEFAULT_REGUAS } from '@emdia/regua';
import { BadArguments, whole } from '../demo/arguments';

export interface Arguments {
  readonly customers: number;
  readonly months: number;
  readonly seed: number;
  readonly book: string | undefined;
  /** So many of the file's debts at most, in whole customers by lot. */
  readonly debts: number;
  readonly columns: string | undefined;
  /** Réguas to try, the one that the others are held against first: names of the house, or files. */
  readonly reguas: readonly string[];
  readonly json: string | undefined;
  readonly svg: string;
}

const DEBTS_MAX = 1_500;

export const USAGE = `npm run backtest -- [options]

Lives one book through once per régua, by the house itself on a test clock, and compares what came of it.

  --regua A            a régua of the house (${DEFAULT_REGUAS.join(', ')})
                       or a document in YAML or JSON; what lint refuses is refused here
  --against B          what it is held against (default ${DEFAULT_REGUAS[0]}); without --regua every
                       régua of the house is held against ${DEFAULT_REGUAS[0]}
  --customers N        customers of the generated book (default 100)
  --months N           months in which invoices fall due, from 2025-01; each is followed for 60 days more (default 6)
  --seed N             another number, another book and other payers (default 1)
  --book FILE.csv      a real book instead: a row for each invoice under the header
                         customer,invoice,issued,due,amount,settled,disputed
                       or under other names in any order, as npm run demo reads them. settled is blank while open, disputed
                       yes or no. The day on which a debt came is taken as its day where nobody asks; that contacts
                       move it earlier, and by how much, is the model of payers, as for the generated book
  --debts N            so many debts of the file at most, in whole customers by lot of the seed (default 1500)
  --columns MAP.json   names of that file's columns, and date_format where the file does not tell
  --json FILE          write the result there
  --svg FILE           where the curves go (default: beside the JSON file, else backtest.svg)

The JSON file; the same command writes the same file:
  book       source (generated, file), seed, customers, invoices, invoiced_cents, starts, ends, horizon_days,
             at_risk_debts and at_risk_cents: what nobody would pay in time unasked (or, in a file, did not);
             disputed_debts; of: {customers, invoices} of the file where a part of it was drawn
  payers     the payer model with its parameters
  unasked    recovered, curve and late_cent_days where nobody is asked: of a file, what it tells
  prices_cents  what one contact costs by channel, and one act by kind
  reguas[]   label, version, from (house or the file), then
             recovered {debts, cents, share, share_in_10_days, later_cents} of what was at risk, within the horizon;
             later_cents came after it
             curve [{day, cents, share}] by days since due
             contacts {count, people, per_person, most, per_recovered_debt, thanks, by_step, by_channel}
             disputes: raised in answer to a contact
             acts {name: count}: steps without a message, and tasks of people
             cost_cents, late_cent_days (cents x days late, within the horizon)
             ledger {invoiced_cents, received_cents, settled_cents, charges_cents, open_cents, unapplied_cents}
             against_first {recovered_cents, low, high, contacts, cost_cents, late_cent_days}: differences; low and
             high hold the one in recovered cents for 95 of 100 such books; null for the first régua
  laws[]     law, name, checked, violations, over all réguas together
  faults[]   why the run failed (exit code 1): a law broken, a cent astray; empty otherwise`;

/** Reads the command line; null when help was asked for. Throws BadArguments. */
export function readArguments(argv: readonly string[]): Arguments | null {
  const values = parsed(argv);
  if (values.help) return null;
  for (const needs of ['columns', 'debts'] as const) if (values[needs] && !values.book) throw new BadArguments(`--${needs} needs --book.`);
  if (values.against && !values.regua) throw new BadArguments('--against needs --regua.');
  return {
    customers: whole('customers', values.customers, 1, 100_000),
    months: whole('months', values.months, 1, 60),
    seed: whole('seed', values.seed, 0, 4_294_967_295),
    book: values.book,
    debts: whole('debts', values.debts ?? String(DEBTS_MAX), 1, 1_000_000),
    columns: values.columns,
    reguas: values.regua ? [values.against ?? DEFAULT_REGUAS[0], values.regua] : DEFAULT_REGUAS,
    json: values.json,
    svg: values.svg ?? (values.json ? `${values.json.replace(/\.json$/, '')}.svg` : 'backtest.svg'),
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        customers: { type: 'string', default: '100' }, months: { type: 'string', default: '6' }, seed: { type: 'string', default: '1' },
        book: { type: 'string' }, debts: { type: 'string' }, columns: { type: 'string' }, regua: { type: 'string' }, against: { type: 'string' },
        json: { type: 'string' }, svg: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new BadArguments((error as Error).message);
  }
}
