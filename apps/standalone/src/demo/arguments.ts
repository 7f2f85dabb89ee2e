import { parseArgs } from 'node:util';

export interface Arguments {
  readonly customers: number;
  readonly months: number;
  readonly seed: number;
  readonly broker: 'in-process' | 'kafka';
  readonly json: string | undefined;
  readonly exit: boolean;
  readonly receivables: string | undefined;
  readonly columns: string | undefined;
  /** A régua that everybody follows: a name of the house or a file. */
  readonly regua: string | undefined;
}

/** A command line that cannot be obeyed; the message says what was wrong. */
export class BadArguments extends Error {}

export const USAGE = `npm run demo -- [options]

  --customers N        customers of the invented book (default 1000)
  --months N           months it lasts, from 2025-01 (default 12)
  --seed N             another number, another book (default 1)
  --broker NAME        in-process (default) or kafka
  --receivables FILE   replay a real book instead: CSV with invoice, customer, issue date, due date, amount,
                       settled date (blank while open) and dispute flag
  --columns MAP.json   names of that file's columns, and date_format where the file does not tell
  --regua A            everybody follows this régua: a name of the house or a document in YAML or JSON (without it, the
                       house's first)
  --json FILE          write the result there too
  --exit               end when done (as without a terminal); else it stays up and prints where to look`;

/** A whole number of the command line; throws BadArguments. */
export function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) throw new BadArguments(`--${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  return value;
}

/** Reads the command line; null when help was asked for. Throws BadArguments. */
export function readArguments(argv: readonly string[], isTerminal: boolean): Arguments | null {
  const values = parsed(argv);
  if (values.help) return null;
  if (values.broker !== 'in-process' && values.broker !== 'kafka') throw new BadArguments(`--broker must be in-process or kafka, not "${values.broker}".`);
  if (values.columns && !values.receivables) throw new BadArguments('--columns needs --receivables.');
  return {
    customers: whole('customers', values.customers, 1, 100_000),
    months: whole('months', values.months, 1, 60),
    seed: whole('seed', values.seed, 0, 4_294_967_295),
    broker: values.broker,
    json: values.json,
    exit: values.exit || !isTerminal,
    receivables: values.receivables,
    columns: values.columns,
    regua: values.regua,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        customers: { type: 'string', default: '1000' }, months: { type: 'string', default: '12' }, seed: { type: 'string', default: '1' },
        broker: { type: 'string', default: 'in-process' }, json: { type: 'string' }, exit: { type: 'boolean', default: false },
        receivables: { type: 'string' }, columns: { type: 'string' }, regua: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new BadArguments((error as Error).message);
  }
}
