import { parseArgs } from 'node:util';

export interface Arguments {
  readonly seeds: number;
  readonly first: number;
  readonly long: boolean;
  readonly jobs: number;
  readonly trace: boolean;
  /** One process's share: it only writes its result, and leaves judging to whoever started it. */
  readonly part: boolean;
  readonly json: string | undefined;
}

/** A command line that cannot be obeyed; the message says what was wrong. */
export class BadArguments extends Error {}

export const USAGE = `npm run simulate -- [options]

  --seeds N     how many stories, one after another (default 20; with --seed 1)
  --seed S      the first seed (default 1); a failure prints the one that replays it
  --jobs N      processes that share the seeds (default 2, at most one per 5 seeds)
  --long        many customers and months instead of the short stories that CI plays
  --trace       print everything that is chosen and done
  --json FILE   write the result there too`;

const SEED_MAX = 0x7fff_ffff;

function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) throw new BadArguments(`--${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  return value;
}

/** Reads the command line; null when help was asked for. Throws BadArguments. */
export function readArguments(argv: readonly string[]): Arguments | null {
  const values = parsed(argv);
  if (values.help) return null;
  const seeds = whole('seeds', values.seeds ?? (values.seed === undefined ? '20' : '1'), 1, 1_000_000);
  return {
    seeds,
    jobs: values.trace ? 1 : Math.min(whole('jobs', values.jobs, 1, 64), Math.ceil(seeds / 5)),
    first: whole('seed', values.seed ?? '1', 0, SEED_MAX),
    long: values.long,
    trace: values.trace,
    part: values.part,
    json: values.json,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        seeds: { type: 'string' }, seed: { type: 'string' }, long: { type: 'boolean', default: false }, jobs: { type: 'string', default: '2' }, trace: { type: 'boolean', default: false }, part: { type: 'boolean', default: false },
        json: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new BadArguments((error as Error).message);
  }
}
