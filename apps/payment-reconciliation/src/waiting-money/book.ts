import { Injectable } from '@nestjs/common';
import { addDays } from '@emdia/calendar';
import { Clock } from '@emdia/clock';
import type { ChargePolicy, Instrument } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Seal } from '@emdia/messaging';
import { earlyDiscount, effectiveDueDate } from '@emdia/money';
import { Config, InternalClient } from '@emdia/runtime';
import { dayOf } from '../accounts/account';
import { type Candidate, Candidates, type Confirmed, type Customer, type Decision, type Payer } from '../matching';
import { keysOfInstrument } from './credits';
import { creditId, type Waiting } from './waiting';

/** What was settled so long ago is not seen as paid twice by the matching any more. */
const SETTLED_DAYS_MAX = 90;
const TIMEOUT_MS = 30_000;

interface ReceivableRow {
  readonly receivable_id: string;
  readonly customer_id: string;
  readonly invoice_id: string;
  readonly number: string;
  readonly currency: string;
  readonly amount_cents: number;
  readonly open_cents: number;
  readonly paid_cents: number;
  readonly issue_date: string;
  readonly due_date: string;
  readonly settled_on: string | null;
  readonly charge_policy: ChargePolicy | null;
  readonly instruments: readonly Instrument[];
}

const RECEIVABLES = `
  select receivable_id, customer_id, invoice_id, number, currency, amount_cents::float8 as amount_cents, open_cents::float8 as open_cents, paid_cents::float8 as paid_cents,
    issue_date::text as issue_date, terms_due_date::text as due_date, settled_on::text as settled_on, charge_policy, instruments
  from receivable where creditor_id = $1 and status <> 'unissued' and (status = 'open' or settled_on >= $2)`;
const WORDS = `select source, payment_id, words from waiting_money where creditor_id = $1 and words <> '[]'`;
const CONFIRMED = 'select customer_id, payer_sealed from confirmed_payer where creditor_id = $1';

type Card = Customer & { readonly document_fragment: string | null };

/** Reads what a creditor's money may mean: receivables, people, who has paid for whom, and what people decided. Names are fetched for the purpose and not kept. */
@Injectable()
export class Books {
  private readonly seal: Seal;

  constructor(
    private readonly database: Database,
    private readonly internal: InternalClient,
    private readonly clock: Clock,
    { installationKey }: Config,
  ) {
    this.seal = new Seal(installationKey, 'confirmed-payers');
  }

  /** Rejects with InternalFailure where billing-ingestion does not tell its customers. */
  async of(creditor_id: string): Promise<Candidates> {
    const today = dayOf(this.clock.now());
    const [cards, receivables, words, confirmed] = await Promise.all([
      this.customers(creditor_id),
      this.database.query<ReceivableRow>(RECEIVABLES, [creditor_id, addDays(today, -SETTLED_DAYS_MAX)]),
      this.database.query<Pick<Waiting, 'source' | 'payment_id' | 'words'>>(WORDS, [creditor_id]),
      this.database.query<{ customer_id: string; payer_sealed: string }>(CONFIRMED, [creditor_id]),
    ]);
    const fragments = new Map(cards.map(({ customer_id, document_fragment }) => [customer_id, document_fragment]));
    return new Candidates({
      customers: cards,
      receivables: receivables.map((row) => candidateOf(row, today)),
      decisions: words.flatMap((waiting) => waiting.words.map(({ verdict, receivable_ids }): Decision => ({ credit_id: creditId(waiting), verdict, receivable_ids }))),
      confirmed: confirmed.map(({ customer_id, payer_sealed }): Confirmed => ({ customer_id, payer: JSON.parse(this.seal.open(payer_sealed)) as Payer })),
      sameFragment: (fragment, customer_id) => {
        const known = fragments.get(customer_id) ?? null;
        return known === null ? null : known === fragment;
      },
    });
  }

  /** That a payer paid for a customer is certain; kept sealed, because a payer's name is a name. */
  async confirm(creditor_id: string, confirmed: readonly Confirmed[]): Promise<void> {
    const told = confirmed.filter(({ payer }) => payer.document_key !== null || payer.name !== null).map(({ customer_id, payer }) => ({ customer_id, text: JSON.stringify(payer) }));
    const known = new Set((await this.database.query<{ customer_id: string; payer_sealed: string }>('select customer_id, payer_sealed from confirmed_payer where creditor_id = $1 and customer_id = any($2::text[])',
      [creditor_id, told.map(({ customer_id }) => customer_id)])).map(({ customer_id, payer_sealed }) => `${customer_id} ${this.seal.open(payer_sealed)}`));
    const fresh = [...new Map(told.map((each) => [`${each.customer_id} ${each.text}`, each]))].filter(([key]) => !known.has(key)).map(([, each]) => each);
    if (fresh.length === 0) return;
    await this.database.query('insert into confirmed_payer (creditor_id, customer_id, payer_sealed) select $1, c, p from unnest($2::text[], $3::text[]) as f (c, p)',
      [creditor_id, fresh.map(({ customer_id }) => customer_id), fresh.map(({ text }) => this.seal.seal(text))]);
  }

  private async customers(creditor_id: string): Promise<Card[]> {
    const all: Card[] = [];
    for (let after: string | null = ''; after !== null; ) {
      const page: { customers: Card[]; next_after: string | null } = await this.internal.post('billing-ingestion', '/internal/v1/customers/payers', { creditor_id, ...(after === '' ? {} : { after }) }, { timeout_ms: TIMEOUT_MS });
      all.push(...page.customers);
      after = page.next_after;
    }
    return all;
  }
}

function candidateOf(row: ReceivableRow, today: string): Candidate {
  const { receivable_id, customer_id, invoice_id, number, currency, amount_cents, open_cents, paid_cents, issue_date, due_date, settled_on, charge_policy, instruments } = row;
  return {
    receivable_id, customer_id, currency, open_cents, issue_date, due_date, charge_policy,
    discount: discountOf(amount_cents, charge_policy, today),
    paid: settled_on === null || paid_cents === 0 ? null : { on: settled_on, amount_cents: paid_cents },
    keys: [{ kind: 'invoice_id', value: invoice_id }, { kind: 'invoice_number', value: number }, ...instruments.flatMap(keysOfInstrument)],
  };
}

/** The discount that a payment of these days may have taken: the largest that still held a month ago. */
function discountOf(amount_cents: number, policy: ChargePolicy | null, today: string): Candidate['discount'] {
  const on_date = addDays(today, -30);
  const cents = earlyDiscount({ amount_cents, on_date, policy });
  if (cents === 0) return null;
  const until = (policy?.discounts ?? []).map((each) => effectiveDueDate(each.until)).filter((each) => each >= on_date).sort()[0];
  return until === undefined ? null : { cents, until };
}
