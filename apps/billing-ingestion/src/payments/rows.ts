import type { ChargesTold } from '@emdia/contracts';
import type { Tx } from '@emdia/database';
import type { Payment, Refund } from './payment';

interface Row {
  readonly creditor_id: string;
  readonly source: string;
  readonly payment_id: string;
  readonly status: Payment['status'];
  readonly key: string | null;
  readonly customer_id: string | null;
  readonly reference: string | null;
  readonly amount_cents: number | null;
  readonly currency: string | null;
  readonly paid_date: string | null;
  readonly credit_date: string | null;
  readonly content_hash: string | null;
  readonly fee_cents: number | null;
  readonly discount_cents: number | null;
  readonly charges: ChargesTold | null;
  readonly credited: boolean | null;
  readonly credit_told_date: string | null;
  readonly credit_fee_cents: number | null;
  readonly credit_hash: string | null;
  readonly attempts: number;
  readonly pending_at: Date | string | null;
  readonly failed: boolean;
  readonly failed_at: Date | string | null;
  readonly failure_code: string | null;
}

type RefundRow = Refund & Pick<Row, 'creditor_id' | 'source' | 'payment_id'>;

const IDENTITIES = '(creditor_id, source, payment_id) in (select * from unnest($1::text[], $2::text[], $3::text[]))';
const instant = (value: Date | string | null): string | null => (value instanceof Date ? value.toISOString() : value);
const identityOf = ({ creditor_id, source, payment_id }: Pick<Row, 'creditor_id' | 'source' | 'payment_id'>): string => JSON.stringify([creditor_id, source, payment_id]);

/** The payments of the given identities that are known, each with its refunds. */
export async function loadPayments(tx: Tx, creditorIds: readonly string[], sources: readonly string[], paymentIds: readonly string[]): Promise<Payment[]> {
  const wanted = [creditorIds, sources, paymentIds];
  const rows = await tx.query<Row>(
    `select creditor_id, source, payment_id, status, key, customer_id, reference, amount_cents::float8 as amount_cents, currency, paid_date::text, credit_date::text,
       content_hash, attempts, pending_at, failed, failed_at, failure_code, fee_cents::float8 as fee_cents, discount_cents::float8 as discount_cents, charges,
       credited, credit_told_date::text, credit_fee_cents::float8 as credit_fee_cents, credit_hash from payment where ${IDENTITIES}`,
    wanted,
  );
  if (rows.length === 0) return [];
  const refunds = new Map<string, Refund[]>();
  const given = await tx.query<RefundRow>(
    `select creditor_id, source, payment_id, refund_id, amount_cents::float8 as amount_cents, currency, refunded_date::text, reason, content_hash from refund
     where ${IDENTITIES} order by refund_id collate "C"`,
    wanted,
  );
  for (const { creditor_id, source, payment_id, ...refund } of given) {
    const identity = identityOf({ creditor_id, source, payment_id });
    refunds.set(identity, [...(refunds.get(identity) ?? []), refund]);
  }
  return rows.map((row) => paymentOf(row, refunds.get(identityOf(row)) ?? []));
}

/** The keys that the events of these payments have gone out under so far. */
export async function keysOfPayments(tx: Tx, creditorIds: readonly string[], sources: readonly string[], paymentIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ key: string }>(`select distinct key from payment where key is not null and ${IDENTITIES}`, [creditorIds, sources, paymentIds]);
  return rows.map(({ key }) => key);
}

function paymentOf(row: Row, refunds: readonly Refund[]): Payment {
  const { creditor_id, source, payment_id, status, failed, failure_code } = row;
  const credit = row.credit_hash === null ? null : { credit_date: row.credit_told_date!, fee_cents: row.credit_fee_cents, content_hash: row.credit_hash };
  const identity = { creditor_id, source, payment_id, refunds, credit };
  const failure = failed ? { code: failure_code, occurred_at: instant(row.failed_at) } : null;
  if (status === 'awaited') return { status, ...identity, failure };
  const begun = { ...identity, key: row.key!, customer_id: row.customer_id, reference: row.reference, attempts: row.attempts };
  const { amount_cents, currency, fee_cents, discount_cents, charges, credited } = row;
  if (status === 'received') return { status, ...begun, amount_cents: amount_cents!, currency: currency!, fee_cents, discount_cents, charges, credited, paid_date: row.paid_date!, credit_date: row.credit_date!, content_hash: row.content_hash! };
  return { status, ...begun, amount_cents, currency, pending_at: instant(row.pending_at), failure };
}

function rowOf(payment: Payment): Row {
  const { creditor_id, source, payment_id, status, credit } = payment;
  const begun = status === 'awaited' ? null : payment;
  const received = status === 'received' ? payment : null;
  const failure = status === 'received' ? null : payment.failure;
  return {
    creditor_id, source, payment_id, status,
    key: begun?.key ?? null, customer_id: begun?.customer_id ?? null, reference: begun?.reference ?? null,
    amount_cents: begun?.amount_cents ?? null, currency: begun?.currency ?? null,
    paid_date: received?.paid_date ?? null, credit_date: received?.credit_date ?? null, content_hash: received?.content_hash ?? null,
    fee_cents: received?.fee_cents ?? null, discount_cents: received?.discount_cents ?? null, charges: received?.charges ?? null, credited: received?.credited ?? null,
    credit_told_date: credit?.credit_date ?? null, credit_fee_cents: credit?.fee_cents ?? null, credit_hash: credit?.content_hash ?? null,
    attempts: begun?.attempts ?? 0,
    pending_at: status === 'pending' || status === 'failed' ? payment.pending_at : null,
    failed: failure !== null, failed_at: failure?.occurred_at ?? null, failure_code: failure?.code ?? null,
  };
}

export async function savePayments(tx: Tx, payments: readonly Payment[]): Promise<void> {
  if (payments.length === 0) return;
  await tx.query(
    `insert into payment (${NAMES}) select ${NAMES} from jsonb_to_recordset($1) as p (creditor_id text, source text, payment_id text, status text, key text, customer_id text,
       reference text, amount_cents bigint, currency text, paid_date date, credit_date date, content_hash text, attempts int, pending_at timestamptz, failed boolean,
       failed_at timestamptz, failure_code text, fee_cents bigint, discount_cents bigint, charges jsonb, credited boolean, credit_told_date date, credit_fee_cents bigint, credit_hash text)
     on conflict (creditor_id, source, payment_id) do update set ${CHANGING.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    [JSON.stringify(payments.map(rowOf))],
  );
  const seen = [...new Set(payments.map(({ creditor_id, source }) => JSON.stringify([creditor_id, source])))].map((pair) => JSON.parse(pair) as [string, string]);
  await tx.query(
    `insert into source_seen (creditor_id, source) select creditor_id, source from unnest($1::text[], $2::text[]) as s (creditor_id, source) order by 1, 2 on conflict do nothing`,
    [seen.map(([creditor_id]) => creditor_id), seen.map(([, source]) => source)],
  );
  const refunds: RefundRow[] = payments.flatMap(({ creditor_id, source, payment_id, refunds }) => refunds.map((refund) => ({ creditor_id, source, payment_id, ...refund })));
  if (refunds.length === 0) return;
  await tx.query(
    `insert into refund (creditor_id, source, payment_id, refund_id, amount_cents, currency, refunded_date, reason, content_hash)
     select creditor_id, source, payment_id, refund_id, amount_cents, currency, refunded_date, reason, content_hash
     from jsonb_to_recordset($1) as r (creditor_id text, source text, payment_id text, refund_id text, amount_cents bigint, currency text, refunded_date date, reason text, content_hash text)
     on conflict do nothing`,
    [JSON.stringify(refunds)],
  );
}

const CHANGING = [
  'status', 'key', 'customer_id', 'reference', 'amount_cents', 'currency', 'paid_date', 'credit_date', 'content_hash', 'attempts', 'pending_at', 'failed', 'failed_at', 'failure_code',
  'fee_cents', 'discount_cents', 'charges', 'credited', 'credit_told_date', 'credit_fee_cents', 'credit_hash',
];
const NAMES = ['creditor_id', 'source', 'payment_id', ...CHANGING].join(', ');
