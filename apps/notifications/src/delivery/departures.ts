import type { Cover } from '@emdia/contracts';
import type { Tx } from '@emdia/database';
import { anHourLater } from '@emdia/gate';
import { step, type Step, type Store } from '@emdia/messaging';
import { lockDeliveries, type Deliveries } from './deliveries';
import { begin, giveBack, refuse, type Claimed, type Delivery, type Sending, type Verdict } from './delivery';
import { renewed, withoutCovered, type Weight } from './verdict';
import { unspoken } from './words';

/** A message that the gate lets go, as it was when the gate was asked. */
export interface Cleared {
  readonly delivery: Claimed | Sending;
  readonly verdict: Verdict;
}

interface Leaving {
  readonly delivery: Delivery | null;
  readonly taken: ReadonlySet<string>;
}

const key = ({ receivable_id, due_date, step: name }: Cover): string => `${receivable_id} ${due_date} ${name}`;

/**
 * Step (c) of leaving, as a store: locks claimed messages and takes the triples they cover; a triple that another
 * message holds leaves this one. A message that is `sending` already only gets its newer verdict.
 */
export class Departures implements Store<Leaving> {
  readonly name = 'delivery';

  constructor(
    private readonly deliveries: Deliveries,
    private readonly cleared: ReadonlyMap<string, Cleared>,
    private readonly wall: { epochMs(): number },
  ) {}

  /** The step that lets one message begin; its result is the message as it then is, undefined where its claim was lost. */
  step(noticeId: string): Step<Leaving, Delivery | undefined> {
    return step<Leaving, Delivery | undefined>(this, noticeId, (leaving, now) => {
      const { delivery, verdict } = this.cleared.get(noticeId)!;
      if (!isSameClaim(leaving.delivery, delivery)) return { ignored: 'claim-lost' };
      const at = { now, epoch_ms: this.wall.epochMs() };
      const decision = leaving.delivery.status === 'claimed' ? depart(leaving.delivery, verdict, leaving.taken, at) : renew(leaving.delivery, verdict, at);
      return { ...decision, next: { ...leaving, delivery: decision.next }, result: decision.next };
    });
  }

  async load(tx: Tx, noticeIds: readonly string[]): Promise<Map<string, Leaving>> {
    const locked = await lockDeliveries(tx, noticeIds, false);
    const wanted = noticeIds.flatMap((id) => {
      const delivery = locked.get(id);
      const { delivery: asked, verdict } = this.cleared.get(id)!;
      if (!isSameClaim(delivery, asked) || delivery.status !== 'claimed') return [];
      return verdict.covers.filter(({ goes }) => goes).map((cover) => ({ ...cover, notice_id: id, creditor_id: delivery.creditor_id, amounts: null }));
    });
    const rows = wanted.length === 0 ? [] : await tx.query<Cover & { notice_id: string }>(TAKE, [JSON.stringify(wanted)]);
    const taken = new Map<string, Set<string>>();
    for (const row of rows) taken.set(row.notice_id, (taken.get(row.notice_id) ?? new Set()).add(key(row)));
    return new Map(noticeIds.map((id) => [id, { delivery: locked.get(id) ?? null, taken: taken.get(id) ?? new Set() }]));
  }

  async save(tx: Tx, changed: ReadonlyMap<string, Leaving>): Promise<void> {
    await this.deliveries.save(tx, new Map([...changed].map(([id, { delivery }]) => [id, delivery])));
  }
}

// Ordered, as all inserts that may meet on a unique index.
const TAKE = `
  insert into delivery_cover (notice_id, creditor_id, receivable_id, due_date, step, state)
  select notice_id, creditor_id, receivable_id, due_date, step, 'taken'
  from jsonb_to_recordset($1::jsonb) as c (notice_id uuid, creditor_id text, receivable_id uuid, due_date date, step text)
  order by receivable_id, due_date, step, notice_id on conflict do nothing
  returning notice_id, receivable_id, due_date::text as due_date, step`;

/** Whether a row is still the claim that asked the gate: same run, same attempt. */
export function isSameClaim(row: Delivery | null | undefined, asked: Claimed | Sending): row is Claimed | Sending {
  return (row?.status === 'claimed' || row?.status === 'sending') && row.attempt === asked.attempt && row.owner === asked.owner;
}

interface At {
  readonly now: Date;
  readonly epoch_ms: number;
}

function depart(claimed: Claimed, verdict: Verdict, taken: ReadonlySet<string>, at: At) {
  const weight: Weight = withoutCovered(verdict, (cover) => taken.has(key(cover)));
  if (weight.to === 'go') return { next: begin(claimed, weight.verdict, { at: at.now, epoch_ms: at.epoch_ms }) };
  if (weight.to === 'refuse') return refuse(claimed, weight.reason, weight.verdict, at.now);
  // All that could go is covered elsewhere and the rest waits for facts.
  return { next: giveBack(claimed, weight.reason, { due_at: anHourLater(at.now) }, at.now) };
}

function renew(sending: Sending, verdict: Verdict, at: At): { next: Delivery } {
  const newer = renewed(sending.verdict, verdict);
  // What the gate now refuses is weighed anew by a whole new attempt; nothing was sent.
  return { next: newer ? { ...sending, verdict: newer, words_turned_down: unspoken(sending, newer) } : giveBack(sending, 'verdict-changed', { retry_at_epoch_ms: at.epoch_ms }, at.now) };
}
