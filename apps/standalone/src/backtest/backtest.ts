import { localDate } from '@emdia/calendar';
import { WallClock } from '@emdia/clock';
import { InProcessBroker } from '@emdia/messaging';
import { Client } from '../demo/client';
import { ZONE } from '../demo/diary';
import { monthOf, pass } from '../demo/driver';
import { PLATFORM } from '../demo/inputs';
import { type Audit, broken, differences, type Figures, Looks } from '../demo/report';
import { openStandalone, type Standalone } from '../standalone';
import type { Candidate } from './candidate';
import { type Ground, HORIZON_DAYS } from './debts';
import { listen, type Touch } from './listening';
import { differenceOf, type Measures, measure, recoveredByCustomer, type Told } from './measures';
import { PAYERS, PRICES_CENTS } from './payers';
import { Side } from './side';

type Ledger = Pick<Figures['ledger'], 'invoiced_cents' | 'received_cents' | 'settled_cents' | 'charges_cents' | 'open_cents' | 'unapplied_cents'>;

/** What became of one régua; `against_first` are differences to the first one. */
export interface Outcome extends Measures, Pick<Candidate, 'label' | 'version' | 'from'> {
  readonly ledger: Ledger;
  /** How many disputes were raised in answer to a contact. */
  readonly disputes: number;
  readonly against_first: { readonly recovered_cents: number; readonly low: number | null; readonly high: number | null; readonly contacts: number; readonly cost_cents: number; readonly late_cent_days: number } | null;
}

/** What `--json` writes; the same command gives the same. */
export interface Result {
  readonly book: {
    readonly source: Ground['source']; readonly seed: number | null; readonly of: Ground['of']; readonly customers: number; readonly invoices: number; readonly invoiced_cents: number;
    readonly starts: string; readonly ends: string; readonly horizon_days: number; readonly at_risk_debts: number; readonly at_risk_cents: number; readonly disputed_debts: number;
  };
  readonly payers: typeof PAYERS;
  /** What comes where nobody is asked. */
  readonly unasked: Pick<Measures, 'recovered' | 'curve' | 'late_cent_days'>;
  readonly prices_cents: typeof PRICES_CENTS;
  readonly reguas: readonly Outcome[];
  readonly laws: readonly { readonly law: number; readonly name: string; readonly checked: number; readonly violations: number }[];
  readonly faults: readonly string[];
}

export interface Options {
  readonly progress?: (fraction: number, at: Date) => void;
  /** An empty database; without it one is made and thrown away. */
  readonly databaseUrl?: string;
  /** Is handed what ends the house, for whoever must end it early. */
  readonly opened?: (stop: () => Promise<void>) => void;
}

/**
 * Lives the same ground through under every régua, and compares. All of them live in one house, each with a creditor of
 * its own: what one of them decides another cannot see, and a day of the clock passes once for all.
 */
export async function backtest(candidates: readonly Candidate[], groundOf: (creditor_id: string) => Ground, { progress = () => undefined, databaseUrl, opened }: Options = {}): Promise<Result> {
  const grounds = candidates.map((_, index) => groundOf(`backtest-${index + 1}`));
  const { starts } = grounds[0]!.book;
  const unasked = unaskedOf(grounds[0]!);
  const carrier = new InProcessBroker(new WallClock());
  const env = { PORT: '0', EMDIA_LOG_LEVEL: process.env.EMDIA_LOG_LEVEL ?? 'fatal', EMDIA_CLOCK: `driven:${starts.toISOString()}`, ...(databaseUrl && { DATABASE_URL: databaseUrl }) };
  const standalone = await openStandalone({ env, broker: 'in-process', carrier });
  opened?.(() => standalone.stop());
  try {
    const clientOf = (creditor_id: string) => new Client(standalone.house.url, standalone.adminKey!, creditor_id);
    const sides = candidates.map((candidate, index) => new Side(candidate, grounds[index]!, clientOf(grounds[index]!.book.creditor_id)));
    const looks = await live(sides, standalone, await listen(carrier), progress);
    return await resultOf(sides, unasked, looks);
  } finally {
    await standalone.stop();
  }
}

async function live(sides: readonly Side[], { house }: Standalone, heard: () => readonly Touch[], progress: (fraction: number, at: Date) => void): Promise<Looks> {
  const [first] = sides;
  const { facts, starts, ends } = first!.ground.book;
  for (const side of sides) await side.open();
  await first!.client.put(`/v1/platforms/${PLATFORM}`, { creditors: sides.map(({ creditor_id }) => creditor_id) });
  const looks = new Looks(first!.client);
  let month = monthOf(starts);
  for (const time of [...new Set(facts.map(({ at }) => at.getTime()))]) {
    const at = new Date(time);
    await pass(house, at);
    if (monthOf(at) !== month) await looks.look();
    month = monthOf(at);
    const touches = heard();
    for (const side of sides) await side.live(at, touches, house);
    progress((time - starts.getTime()) / (ends.getTime() - starts.getTime()), at);
  }
  await pass(house, ends);
  await house.settle();
  const last = heard();
  for (const side of sides) for (const touch of last) if (touch.creditor_id === side.creditor_id) side.hear(touch);
  return looks;
}

/** What comes of a ground that nobody has been reached on yet, if nobody ever is. */
function unaskedOf({ book, debts }: Ground): Result['unasked'] {
  const last_day = localDate(book.ends, ZONE);
  const told = new Map([...debts].map(([receivable_id, { payer }]): [string, Told] => {
    const settled_on = payer?.pays_on && payer.pays_on <= last_day ? payer.pays_on : null;
    return [receivable_id, { receivable_id, status: settled_on ? 'settled' : 'open', settled_on }];
  }));
  const { recovered, curve, late_cent_days } = measure([...debts.values()], told, [], [], last_day);
  return { recovered, curve, late_cent_days };
}

async function resultOf(sides: readonly Side[], unasked: Result['unasked'], looks: Looks): Promise<Result> {
  const [first] = sides;
  const { source, of, book, debts } = first!.ground;
  const audit = looks.added(await first!.client.get<Audit>('/v1/audit?still=true'));
  const faults = broken(audit);
  const outcomes: Outcome[] = [];
  let reference: ReadonlyMap<string, number> | null = null;
  for (const side of sides) {
    const { candidate: { label, version, from }, client, creditor_id } = side;
    const figures = await client.get<Figures>(`/v1/audit/figures?creditor_id=${creditor_id}`);
    const told = new Map((await client.list<Told>('/v1/receivables')).map((receivable) => [receivable.receivable_id, receivable]));
    faults.push(...differences(figures, side.truth).map((fault) => `${label}: ${fault}`));
    const mine = [...side.ground.debts.values()];
    const measures = measure(mine, told, side.touches, side.acts, localDate(book.ends, ZONE));
    const recovered = recoveredByCustomer(mine, told);
    const { invoiced_cents, received_cents, settled_cents, charges_cents, open_cents, unapplied_cents } = figures.ledger;
    outcomes.push({
      label, version, from, ...measures, disputes: side.disputes, ledger: { invoiced_cents, received_cents, settled_cents, charges_cents, open_cents, unapplied_cents },
      against_first: reference && compare(measures, outcomes[0]!, differenceOf(recovered, reference)),
    });
    reference ??= recovered;
  }
  const at_risk = [...debts.values()].filter((debt) => debt.at_risk);
  return {
    book: {
      source, seed: book.seed, of, customers: book.customers, invoices: debts.size,
      invoiced_cents: [...debts.values()].reduce((sum, { amount_cents }) => sum + amount_cents, 0), starts: localDate(book.starts, ZONE), ends: localDate(book.ends, ZONE),
      horizon_days: HORIZON_DAYS, at_risk_debts: at_risk.length, at_risk_cents: at_risk.reduce((sum, { amount_cents }) => sum + amount_cents, 0),
      disputed_debts: [...debts.values()].filter(({ dispute }) => dispute).length,
    },
    payers: PAYERS,
    unasked,
    prices_cents: PRICES_CENTS,
    reguas: outcomes,
    laws: audit.laws.map(({ law, name, checked, violations }) => ({ law, name, checked, violations })),
    faults,
  };
}

const compare = (one: Measures, first: Measures, { difference, low, high }: ReturnType<typeof differenceOf>): Outcome['against_first'] => ({
  recovered_cents: difference, low, high, contacts: one.contacts.count - first.contacts.count, cost_cents: one.cost_cents - first.cost_cents, late_cent_days: one.late_cent_days - first.late_cent_days,
});
