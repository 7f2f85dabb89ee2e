import { BillingEventRejected, BillingEventResolved, derivedId, NegotiationEventRejected, type EventOf } from '@emdia/contracts';
import { applyHeartbeat } from '../heartbeats/heartbeat';
import { applyCovered, type Coverage } from '../source-coverage/coverage';
import { applyRejected, applyResolved } from './unread';

const NOW = new Date('2026-03-10T15:00:00Z');
const ID = derivedId('dead-letter', 'x');
const about = { rejection_id: ID, creditor_id: 'acme', customer_id: 'C-1', source: null };
const rejected = (type = BillingEventRejected.type) =>
  ({ type, data: { ...about, event_id: 'e', event_type: 't', reason: 'r' } }) as EventOf<typeof BillingEventRejected>;
const resolved = { type: BillingEventResolved.type, data: { ...about, outcome: 'replayed' } } as EventOf<typeof BillingEventResolved>;
const open = { ...about, service: 'billing', status: 'open', recorded_at: NOW } as const;

describe('unread events', () => {
  it('are open until they are resolved', () => {
    expect(applyRejected(null, rejected(), NOW)).toEqual({ next: open });
    expect(applyResolved(open, resolved, NOW)).toEqual({ next: { ...open, status: 'resolved' } });
    expect(applyRejected(null, rejected(NegotiationEventRejected.type), NOW)).toMatchObject({ next: { service: 'negotiation' } });
  });
  it('stay resolved, whichever was heard first', () => {
    const early = applyResolved(null, resolved, NOW) as { next: typeof open };
    expect(early.next).toMatchObject({ status: 'resolved' });
    expect(applyRejected(early.next, rejected(), NOW)).toEqual({ ignored: 'resolved-before' });
    expect(applyRejected(open, rejected(), NOW)).toEqual({ ignored: 'known' });
    expect(applyResolved(early.next, resolved, NOW)).toEqual({ ignored: 'resolved' });
  });
});

describe('heartbeats', () => {
  it('only ever grow', () => {
    expect(applyHeartbeat(0, { wall_epoch_ms: 5 })).toEqual({ next: 5 });
    expect(applyHeartbeat(5, { wall_epoch_ms: 5 })).toEqual({ ignored: 'older' });
  });
});

describe('what a source has covered', () => {
  const told = (checked_at: string, covered_until: string | null, lag_business_days = 1) =>
    ({ data: { creditor_id: 'acme', source: 'bank', partition: 2, rails: ['BOLETO'], lag_business_days, covered_until, checked_at } }) as never;
  const next = (known: Coverage | null, event: never): Coverage => (applyCovered(known, event) as { next: Coverage }).next;

  it('is the latest date told, with the rails and lag of the newest check', () => {
    const first = next(null, told('2026-03-02T12:00:00Z', '2026-03-02'));
    expect(first).toEqual({ creditor_id: 'acme', source: 'bank', partition: 2, rails: ['BOLETO'], lag_business_days: 1, covered_until: '2026-03-02', checked_at: new Date('2026-03-02T12:00:00Z') });
    expect(next(first, told('2026-03-03T12:00:00Z', null, 3))).toMatchObject({ covered_until: '2026-03-02', lag_business_days: 3 });
    expect(next(first, told('2026-03-01T12:00:00Z', '2026-03-01', 3))).toMatchObject({ covered_until: '2026-03-02', lag_business_days: 1 });
    expect(next(first, told('2026-03-03T12:00:00Z', '2026-03-03'))).toMatchObject({ covered_until: '2026-03-03' });
    expect(next(next(null, told('2026-03-01T12:00:00Z', null)), told('2026-03-01T12:00:00Z', '2026-02-28'))).toMatchObject({ covered_until: '2026-02-28' });
  });
});
