import { customerKey, derivedId, DunningNoticeRequested, type DataOf, type EventOf } from '@emdia/contracts';
import { HOUSE_RULE, type OwnRule } from '../src/contact/own-rules';
import { accept, begin, claim, type Claimed, type Due, type Sending, type Verdict, type Weighed } from '../src/delivery/delivery';

/** Ready-made deliveries for specs. */
export type NoticeData = DataOf<typeof DunningNoticeRequested>;

/** Tuesday 2026-03-10, 10:00 in São Paulo. */
export const NOON = new Date('2026-03-10T13:00:00Z');
/** 19:00 in São Paulo: the hours end. */
export const CLOSES = '2026-03-10T22:00:00Z';
export const CREDITOR = 'acme';

export const id = (...parts: (string | number)[]): string => derivedId('spec', ...parts);

export function noticeRequested(name: string | number, more: Partial<NoticeData> = {}): EventOf<typeof DunningNoticeRequested> {
  const customer_id = more.customer_id ?? `customer-${name}`;
  const creditor_id = more.creditor_id ?? CREDITOR;
  const notice_id = id('notice', name);
  const covers = more.covers ?? [{ receivable_id: id('receivable', name), due_date: '2026-03-09', step: 'D+1' }];
  const data: NoticeData = {
    case_id: id('case', name), creditor_id, customer_id, notice_id,
    person_key: Buffer.from(`${creditor_id}/${customer_id}`).toString('hex').padEnd(64, '0').slice(0, 64),
    purpose: 'collection', local_day: '2026-03-10', state: 'SP', not_before: NOON.toISOString(), valid_until: CLOSES, regua_version: 'default-1',
    step: covers[0]?.step ?? 'D+1', covers, next_step: { step: 'D+3', planned_day: '2026-03-12' }, instalment_id: null,
    facts: covers.map(({ receivable_id }) => ({ receivable_id, version: 1 })), turned_down: [],
    ...more,
  };
  return {
    id: id('event', name), type: DunningNoticeRequested.type, source: '/emdia/dunning-orchestration', key: customerKey(creditor_id, customer_id),
    time: NOON.toISOString(), creditor_id, data,
  };
}

export function dueNotice(more: Partial<NoticeData> = {}): Due {
  const decision = accept(null, noticeRequested(1, more), NOON);
  if ('ignored' in decision || decision.next?.status !== 'due') throw new Error('not due');
  return decision.next;
}

/** A rule of the creditor's own that is the house's but for what is given. */
export const ownRule = (more: Partial<OwnRule> = {}): OwnRule => ({ ...HOUSE_RULE, creditor_id: CREDITOR, version: 1, hours: null, decision: null, reason: 'política', set_by: 'ana', set_at: NOON, ...more });

export const OWNER = id('owner');
export const EPOCH_MS = 1_800_000_000_000;

export const claimedNotice = (more: Partial<NoticeData> = {}): Claimed =>
  claim(dueNotice(more), { owner: OWNER, claimed_at_epoch_ms: EPOCH_MS, contact_point_key: 'c'.repeat(64) });

export const amounts = {
  invoice_id: 'inv-1', number: 'FAT-1', description: null, due_date: '2026-03-09', open_cents: 10_000, fine_cents: 200, interest_cents: 3,
  total_cents: 10_203, days_late: 1, version: 4, instruments: [],
};

export const goes = (cover: NoticeData['covers'][number]): Weighed => ({ ...cover, goes: true, reason: null, amounts });
export const stays = (cover: NoticeData['covers'][number], reason: string): Weighed => ({ ...cover, goes: false, reason, amounts: null });

export function sendingNotice(more: Partial<NoticeData> = {}, verdict?: Verdict): Sending {
  const claimed = claimedNotice(more);
  return begin(claimed, verdict ?? { as_of_epoch_ms: EPOCH_MS, covers: claimed.covers.map(goes) }, { at: NOON, epoch_ms: EPOCH_MS });
}
