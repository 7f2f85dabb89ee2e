/** The ceiling of the machine: inbox, state and outbox of a batch in one statement over one JSON parameter, from memory. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { serve } from '../processes';
import { BILLING, CREDITOR, customersOf, invoiceEvent } from './backlog';

export interface LimitAsk {
  readonly url: string;
  readonly events: number;
}

export interface LimitAnswer {
  readonly wall_ms: number;
  readonly cpu_us: number;
}

const BATCH_ROWS = 500;
const STATEMENT = `
  with e as materialized (
    select * from jsonb_to_recordset($1) as e (event_id uuid, invoice_id text, receivable_id uuid, customer_id text, number text, description text, issue_date date, due_date date,
      currency text, amount_cents bigint, instruments jsonb, rank jsonb, key text, body text)
  ), fresh as (
    insert into inbox (event_id, received_epoch_ms) select event_id, $2 from e on conflict do nothing returning event_id
  ), state as (
    insert into invoice (creditor_id, invoice_id, receivable_id, status, customer_id, number, description, issue_date, issued_due_date, issued_amount_cents, currency, due_date,
      amount_cents, instruments, cancelled, content_hash, issue_rank, due_date_rank, amount_rank, source_version)
    select '${CREDITOR}', invoice_id, receivable_id, 'open', customer_id, number, description, issue_date, due_date, amount_cents, currency, due_date, amount_cents, instruments, false,
      'no hash', rank, rank, rank, 1 from e join fresh using (event_id)
    on conflict (creditor_id, invoice_id) do update set due_date = excluded.due_date, amount_cents = excluded.amount_cents, source_version = excluded.source_version
    returning invoice_id
  )
  insert into outbox (topic, type, key, body) select '${BILLING}', 'billing.invoice-issued.v1', key, body from e join state using (invoice_id)`;

function parameter(from: number, events: number): string {
  return JSON.stringify(
    Array.from({ length: BATCH_ROWS }, (_, i) => {
      const { key, id, body } = invoiceEvent(from + i, events);
      const { customer, occurred_at, ...data } = (JSON.parse(body) as { data: Record<string, unknown> }).data;
      return { event_id: randomUUID(), ...data, receivable_id: randomUUID(), customer_id: `cliente-${(from + i) % customersOf(events)}`, rank: { source_version: null, occurred_at, event_id: id }, key, body };
    }),
  );
}

serve(async ({ url, events }: LimitAsk): Promise<LimitAnswer> => {
  const client = new Client({ connectionString: url, options: '-c role=emdia_billing_stream -c search_path=billing' });
  await client.connect();
  const batches = Array.from({ length: events / BATCH_ROWS }, (_, index) => parameter(index * BATCH_ROWS, events));
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  for (const batch of batches) await client.query({ name: 'batch', text: STATEMENT, values: [batch, Date.now()] });
  const wall_ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  await client.end();
  return { wall_ms, cpu_us: user + system };
});
