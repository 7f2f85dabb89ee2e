import type { Tx } from '@emdia/database';
import type { Store } from '@emdia/messaging';
import type { Delivery } from './delivery';

const INSTANTS = ['not_before', 'valid_until', 'requested_at', 'due_at', 'call_began_at', 'concluded_at'] as const;

/** A delivery from its row as JSON; columns that its status has no use for are null. */
export function deliveryOf(row: Record<string, unknown>): Delivery {
  const delivery = { ...row };
  for (const name of INSTANTS) if (typeof delivery[name] === 'string') delivery[name] = new Date(delivery[name]);
  return delivery as unknown as Delivery;
}

/** The rows of notices, locked in the order of their ids; `skip locked` leaves out those that another process holds. */
export async function lockDeliveries(tx: Tx, noticeIds: readonly string[], skipLocked: boolean): Promise<Map<string, Delivery>> {
  const rows = await tx.query<{ delivery: Record<string, unknown> }>(
    `select to_jsonb(d) as delivery from delivery d where notice_id = any($1::uuid[]) order by notice_id for update${skipLocked ? ' skip locked' : ''}`,
    [noticeIds],
  );
  return new Map(rows.map(({ delivery }) => [delivery.notice_id as string, deliveryOf(delivery)]));
}

/**
 * One message per notice id, null while it is not known. There is no row to lock before the first: the notices of one
 * case come in order on one partition, and should two processes take one in at once, the first row stays.
 */
export class Deliveries implements Store<Delivery | null> {
  readonly name: string = 'delivery';

  async load(tx: Tx, noticeIds: readonly string[]): Promise<Map<string, Delivery | null>> {
    const found = await lockDeliveries(tx, noticeIds, false);
    return new Map(noticeIds.map((id) => [id, found.get(id) ?? null]));
  }

  async save(tx: Tx, changed: ReadonlyMap<string, Delivery | null>): Promise<void> {
    const deliveries = [...changed.values()].filter((delivery) => delivery !== null);
    const rows = JSON.stringify(deliveries);
    const free = deliveries.filter(({ status }) => holdsNothing(status));
    const closed = deliveries.filter((delivery) => delivery.status === 'failed' && delivery.address_invalid && delivery.contact_point_key !== null);
    await Promise.all([
      tx.query(SAVE, [rows]),
      ...(free.length > 0 ? release(tx, free.map(({ notice_id }) => notice_id)) : []),
      ...(closed.length > 0 ? [tx.query(CLOSE, [JSON.stringify(closed)])] : []),
    ]);
  }
}

/** Only a message on its way, sent, or perhaps sent, holds a day of the person's budget and its triples. */
const holdsNothing = (status: Delivery['status']): boolean => status === 'due' || status === 'refused' || status === 'failed';

const release = (tx: Tx, noticeIds: readonly string[]): Promise<unknown>[] => [
  tx.query('delete from contact_day where notice_id = any($1::uuid[])', [noticeIds]),
  tx.query(`update delivery_cover set state = 'released' where notice_id = any($1::uuid[]) and state = 'taken'`, [noticeIds]),
];

const CLOSE = `
  insert into closed_contact_point (channel, contact_point_key, creditor_id, reason, recorded_at)
  select distinct on (contact_point_key) 'email', contact_point_key, creditor_id, reason, concluded_at
  from jsonb_to_recordset($1::jsonb) as d (contact_point_key text, creditor_id text, reason text, concluded_at timestamptz)
  order by contact_point_key on conflict do nothing`;

const FIXED = [
  ['notice_id', 'uuid'], ['key', 'text'], ['creditor_id', 'text'], ['customer_id', 'text'], ['case_id', 'uuid'], ['person_key', 'text'],
  ['purpose', 'text'], ['local_day', 'date'], ['state', 'text'], ['not_before', 'timestamptz'], ['valid_until', 'timestamptz'],
  ['regua_version', 'text'], ['step', 'text'], ['covers', 'jsonb'], ['next_step', 'jsonb'], ['instalment_id', 'uuid'],
  ['facts', 'jsonb'], ['turned_down', 'jsonb'], ['requested_at', 'timestamptz'], ['words', 'jsonb'], ['offers', 'jsonb'], ['channels', 'jsonb'], ['asks_cause', 'boolean'],
] as const;

const CHANGING = [
  ['status', 'text'], ['attempt', 'int'], ['history', 'jsonb'], ['due_at', 'timestamptz'], ['retry_at_epoch_ms', 'bigint'],
  ['owner', 'uuid'], ['claimed_at_epoch_ms', 'bigint'], ['contact_point_key', 'text'], ['verdict', 'jsonb'],
  ['call_began_at', 'timestamptz'], ['call_began_epoch_ms', 'bigint'], ['provider_id', 'text'], ['reason', 'text'], ['address_invalid', 'boolean'], ['concluded_at', 'timestamptz'],
  ['channel', 'text'], ['channels_turned_down', 'jsonb'], ['words_turned_down', 'text'], ['cause_answer', 'jsonb'], ['own_rule', 'jsonb'],
] as const;

const ALL = [...FIXED, ...CHANGING];

const SAVE = `
  insert into delivery (${ALL.map(([name]) => name).join(', ')})
  select ${ALL.map(([name]) => name).join(', ')}
  from jsonb_to_recordset($1::jsonb) as d (${ALL.map(([name, type]) => `${name} ${type}`).join(', ')})
  on conflict (notice_id) do update set ${CHANGING.map(([name]) => `${name} = excluded.${name}`).join(', ')}`;
