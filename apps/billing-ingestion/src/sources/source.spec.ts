import { NOW } from '../../test/memory-books';
import { advance, declare, UnreadPayments, type PaymentSource, type SourceState } from './source';

const none: SourceState = { kind: 'source', source: null, unread: [] };
const declared: PaymentSource = { creditor_id: 'boa-forma', source: 'pix', rails: ['PIX_COB'], lag_business_days: 1, covered_until: null, version: 1 };
const state = (source: Partial<PaymentSource> = {}, unread: string[] = []): SourceState => ({ kind: 'source', source: { ...declared, ...source }, unread });
const { covered_until, version, ...declaration } = declared;

describe('a payment source', () => {
  it('is declared to every partition, covering nothing yet', () => {
    const decision = declare(none, declaration, 3, NOW);
    const events = 'events' in decision ? decision.events! : [];
    expect(events.map(({ partition, key, data }) => [partition, key, data])).toEqual(
      [0, 1, 2].map((partition) => [partition, 'boa-forma/', { creditor_id: 'boa-forma', source: 'pix', partition, rails: ['PIX_COB'], lag_business_days: 1, covered_until: null, checked_at: NOW.toISOString() }]),
    );
    expect(new Set(events.map(({ id }) => id)).size).toBe(3);
    expect(declare(state(), declaration, 3, NOW)).toMatchObject({ ignored: 'unchanged' });
  });

  it('keeps its coverage when its rails change, under ids of their own', () => {
    const first = declare(none, declaration, 1, NOW);
    const changed = declare(state({ covered_until: '2026-03-08' }), { ...declaration, rails: ['PIX_COB', 'BOLETO'] }, 1, NOW);
    expect(changed).toMatchObject({ result: { covered_until: '2026-03-08', version: 2 } });
    expect('events' in changed && changed.events![0]!.id).not.toBe('events' in first && first.events![0]!.id);
  });

  it('advances and never goes back', () => {
    expect(advance(state({ covered_until: '2026-03-08' }), '2026-03-09', 2, NOW)).toMatchObject({ result: { covered_until: '2026-03-09' }, events: [{ partition: 0 }, { partition: 1 }] });
    expect(advance(state({ covered_until: '2026-03-08' }), '2026-03-07', 2, NOW)).toMatchObject({ ignored: 'already-covered', result: { covered_until: '2026-03-08' } });
  });

  it('vouches for nothing undeclared, to come, or unread', () => {
    expect(() => advance(none, '2026-03-09', 1, NOW)).toThrow(/Declare the source/);
    expect(() => advance(state(), '2026-03-12', 1, NOW)).toThrow(/future/);
    expect(() => advance(state({}, ['q-1']), '2026-03-09', 1, NOW)).toThrow(UnreadPayments);
  });
});
