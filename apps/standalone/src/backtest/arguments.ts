import { parseArgs } from 'node:util';
import { DEFAULT_REGUAS } from '@emdia/regua';
import { BadArguments, whole } from '../demo/arguments';

export interface Arguments {
  readonly customers: number;
  readonly months: number;
  readonly seed: number;
  readonly receivables: string | undefined;
  readonly columns: string | undefined;
  /** Réguas to try, the one that the others are held against first: names of the house, or files. */
  readonly reguas: readonly string[];
  readonly json: string | undefined;
  readonly svg: string;
}

export const USAGE = `npm run backtest -- [options]

Lives one book through once per régua, by the house itself on a test clock, and compares what came of it.

  --regua A            a régua of the house (${DEFAULT_REGUAS.join(', ')})
                       or a document in YAML or JSON; what lint refuses is refused here
  --against B          what it is held against (default ${DEFAULT_REGUAS[0]}); without --regua every
                       régua of the house is held against ${DEFAULT_REGUAS[0]}
  --customers N        customers of the generated book (default 100)
  --months N           months in which invoices fall due, from 2025-01; each is followed for 60 days more (default 6)
  --seed N             another number, another book and other payers (default 1)
  --receivables FILE   a real book instead, as npm run demo reads it: its payments come on their days whatever is
                       written, so that only the timing of contacts can be compared
  --columns MAP.json   names of that file's columns, and date_format where the file does not tell
  --json FILE          write the result there
  --svg FILE           where the curves go (default: beside the JSON file, else backtest.svg)

The JSON file; the same command writes the same file:
  book       source (generated, receivables), seed, customers, invoices, invoiced_cents, starts, ends, horizon_days,
             at_risk_debts and at_risk_cents: what nobody would pay in time unasked (or, in a file, did not)
  payers     the payer model with its parameters; null for a file
  prices_cents  what one contact costs by channel, and one act by kind
  reguas[]   label, version, from (house or the file), then
             recovered {debts, cents, share, later_cents} of what was at risk, within the horizon; later_cents came after it
             curve [{day, cents, share}] by days since due
             contacts {count, people, per_person, most, per_recovered_debt, thanks, by_step, by_channel}
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
  if (values.columns && !values.receivables) throw new BadArguments('--columns needs --receivables.');
  if (values.against && !values.regua) throw new BadArguments('--against needs --regua.');
  return {
    customers: whole('customers', values.customers, 1, 100_000),
    months: whole('months', values.months, 1, 60),
    seed: whole('seed', values.seed, 0, 4_294_967_295),
    receivables: values.receivables,
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
        receivables: { type: 'string' }, columns: { type: 'string' }, regua: { type: 'string' }, against: { type: 'string' },
        json: { type: 'string' }, svg: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new BadArguments((error as Error).message);
  }
}
