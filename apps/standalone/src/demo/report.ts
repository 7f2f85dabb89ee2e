import { formatBRL } from '@emdia/money';
import type { Client } from './client';
import type { Book, Truth } from './fact';

/** One law as the auditor found it. */
interface Law {
  readonly law: number;
  readonly name: string;
  readonly checked: number;
  readonly violations: number;
  readonly examples: readonly unknown[];
}

export interface Audit {
  readonly laws: readonly Law[];
}

/**
 * Law 3 speaks of debts while they are open, and what is stored tells only of now: so it is looked at all along the
 * run, at the end of every month, and the looks are added up. The other laws are about what happened and read it all at
 * the end.
 */
export class Looks {
  private readonly looks: Law[] = [];

  constructor(private readonly client: Client) {}

  /** Looks at the house as it is; it must be still. */
  async look(): Promise<void> {
    const { laws } = await this.client.get<Audit>('/v1/audit?still=true&law=3');
    this.looks.push(...laws);
  }

  added({ laws }: Audit): Audit {
    return {
      laws: laws.map((last) => {
        const all = [...this.looks.filter(({ law }) => law === last.law), last];
        const sum = (of: 'checked' | 'violations') => all.reduce((total, law) => total + law[of], 0);
        return { ...last, checked: sum('checked'), violations: sum('violations'), examples: all.flatMap(({ examples }) => examples) };
      }),
    };
  }
}

/** What the auditor counted in the services' own tables. */
export interface Figures {
  readonly invoices: { readonly issued: number; readonly cancelled: number; readonly paid_on_time: number; readonly paid_late: number; readonly open: number };
  readonly payments: number;
  readonly refunds: number;
  readonly ledger: {
    readonly invoiced_cents: number; readonly received_cents: number; readonly settled_cents: number; readonly open_cents: number;
    readonly unapplied_cents: number; readonly charges_cents: number; readonly waived_cents: number;
  };
  readonly contacts: readonly { readonly step: string; readonly count: number }[];
  readonly recovered: readonly { readonly step: string; readonly count: number; readonly amount_cents: number }[];
  readonly open_by_age: readonly { readonly age: string; readonly count: number; readonly open_cents: number }[];
}

/** The result as `--json` writes it. */
export interface Result {
  readonly broker: string;
  /** What everybody followed, by its name; null where the house's first was followed. */
  readonly regua: string | null;
  readonly seed: number | null;
  readonly book: { readonly customers: number; readonly invoices: number };
  readonly ledger: { readonly invoiced_cents: number; readonly received_cents: number; readonly settled_cents: number; readonly open_cents: number; readonly unapplied_cents: number };
  readonly contacts: Figures['contacts'];
  /** Debts paid late, by the last contact before. */
  readonly recovered: Figures['recovered'];
  readonly laws: readonly { readonly law: number; readonly name: string; readonly checked: number; readonly violations: number }[];
  readonly seconds: number;
}

export interface Report {
  readonly result: Result;
  readonly figures: Figures;
  /** Why the run failed: laws broken or not looked at, and differences from what really happened. */
  readonly faults: readonly string[];
}

/** Reads back what the system says of the run and holds it against the truth of the book. */
export async function readReport(client: Client, book: Book, run: { broker: string; regua: string | null; seconds: () => number; looks: Looks }): Promise<Report> {
  const figures = await client.get<Figures>(`/v1/audit/figures?creditor_id=${book.creditor_id}`);
  const audit = run.looks.added(await client.get<Audit>('/v1/audit?still=true'));
  const { invoiced_cents, received_cents, settled_cents, open_cents, unapplied_cents } = figures.ledger;
  const result: Result = {
    broker: run.broker,
    regua: run.regua,
    seed: book.seed,
    book: { customers: book.customers, invoices: figures.invoices.issued },
    ledger: { invoiced_cents, received_cents, settled_cents, open_cents, unapplied_cents },
    contacts: figures.contacts,
    recovered: figures.recovered,
    laws: audit.laws.map(({ law, name, checked, violations }) => ({ law, name, checked, violations })),
    seconds: Math.round(run.seconds() * 10) / 10,
  };
  return { result, figures, faults: [...broken(audit), ...differences(figures, book.truth)] };
}

/** What is wrong with the laws as they were found, in words. */
export function broken({ laws }: Audit): string[] {
  return laws.flatMap(({ law, name, checked, violations, examples }) => [
    ...(checked === 0 ? [`Law ${law} (${name}) was not looked at: nothing was checked.`] : []),
    ...(violations > 0 ? [`Law ${law} (${name}) is broken ${violations} times, for instance: ${JSON.stringify(examples.slice(0, 3))}`] : []),
  ]);
}

/** What the books say against what the world knows, to the cent. */
export function differences({ invoices, payments, refunds, ledger }: Figures, truth: Truth): string[] {
  const pairs: [string, number, number][] = [
    ['invoices', invoices.issued, truth.invoices],
    ['payments', payments, truth.payments],
    ['refunds', refunds, truth.refunds],
    ['invoiced cents', ledger.invoiced_cents, truth.invoiced_cents],
    ['received cents', ledger.received_cents, truth.received_cents],
    ['settled + open + waived cents, which are what was invoiced,', ledger.settled_cents + ledger.open_cents + ledger.waived_cents, truth.invoiced_cents],
    ['settled + charges + unapplied cents, which are what was received,', ledger.settled_cents + ledger.charges_cents + ledger.unapplied_cents, truth.received_cents],
  ];
  return pairs.flatMap(([what, found, expected]) => (found === expected ? [] : [`The system counts ${found} ${what} where ${expected} happened.`]));
}

const left = (text: string, width: number) => text.padEnd(width);
const right = (value: number | string, width: number) => String(value).padStart(width);

/** The report as people read it. */
export function inWords({ result, figures, faults }: Report): string {
  const { invoices, ledger, recovered, open_by_age, contacts } = figures;
  const money = (what: string, cents: number) => `  ${left(what, 34)}${right(formatBRL(cents), 20)}`;
  const counted = (what: string, count: number, cents?: number) => `  ${left(what, 34)}${right(count, 8)}${cents === undefined ? '' : right(formatBRL(cents), 18)}`;
  const recoveredCents = recovered.filter(({ step }) => step !== 'none').reduce((sum, { amount_cents }) => sum + amount_cents, 0);
  return [
    '', `What happened (${result.book.customers} customers, ${result.broker}, ${result.seconds} s)`,
    counted('invoices', invoices.issued), counted('  paid on time', invoices.paid_on_time), counted('  paid late', invoices.paid_late),
    counted('  cancelled', invoices.cancelled), counted('  still open', invoices.open),
    '', 'Paid late, by the last contact before', ...recovered.map(({ step, count, amount_cents }) => counted(`  ${step === 'none' ? 'no contact' : step}`, count, amount_cents)),
    '', 'Contacts by step', ...contacts.map(({ step, count }) => counted(`  ${step}`, count)),
    '', 'Money',
    money('invoiced', ledger.invoiced_cents), money('received', ledger.received_cents), money('  applied to invoices', ledger.settled_cents),
    money('  late charges', ledger.charges_cents), money('  not applied', ledger.unapplied_cents), money('recovered after a contact', recoveredCents), money('still open', ledger.open_cents),
    '', 'Still open, by age', ...open_by_age.map(({ age, count, open_cents }) => counted(`  ${age}`, count, open_cents)),
    '', `  ${left('Law', 42)}${right('checked', 10)}${right('violations', 12)}`,
    ...result.laws.map(({ law, name, checked, violations }) => `  ${left(`${law}. ${name}`, 42)}${right(checked, 10)}${right(violations, 12)}`),
    '', ...(faults.length ? faults.map((fault) => `WRONG: ${fault}`) : ['The five laws hold, and the books agree with what happened to the cent.']), '',
  ].join('\n');
}
