import { DrivenClock } from '@emdia/clock';
import { replay } from './driver';
import { type Book, type Deed, inOrder, upstream } from './fact';
import type { Inputs } from './inputs';
import { truthOf } from './truth';

const at = (text: string) => new Date(text);
const event = (type: string, when: string, data: Record<string, unknown>, ...id: string[]): Deed => ({ kind: 'event', event: upstream(type, at(when), data, ...id) });

/** A house that has things due at given instants, and notes what it is told and when it rests. */
function given(dues: string[]) {
  const clock = new DrivenClock(at('2025-01-01T00:00:00Z'));
  const notes: string[] = [];
  const left = dues.map(at);
  const house = {
    clock,
    settle: async () => {
      while (left[0] && left[0] <= clock.now()) notes.push(`due ${left.shift()!.toISOString().slice(5, 13)}`);
      notes.push('still');
    },
    nextDueAt: async () => left[0] ?? null,
  };
  const note = (what: string) => async () => void notes.push(`${what} ${clock.now().toISOString().slice(5, 13)}`);
  const inputs = { events: note('events'), decide: note('decision'), checked: note('checked') } as unknown as Inputs;
  return { house, inputs, notes };
}

const bookOf = (facts: [string, Deed][], ends: string): Book =>
  ({ facts: inOrder(facts.map(([when, deed]) => ({ at: at(when), deed }))), starts: at('2025-01-01T00:00:00Z'), ends: at(ends) }) as unknown as Book;

describe('the replay', () => {
  it('stops at whatever is due before a fact, tells events first, decisions to a house at rest, coverage last', async () => {
    const { house, inputs, notes } = given(['2025-01-02T10:00:00Z', '2025-01-03T10:00:00Z', '2025-02-09T00:00:00Z']);
    const book = bookOf([
      ['2025-01-03T10:00:00Z', { kind: 'checked', source: 'bank', date: '2025-01-03' }],
      ['2025-01-03T10:00:00Z', { kind: 'dispute-resolved', name: 'd', outcome: 'upheld' }],
      ['2025-01-03T10:00:00Z', event('invoice-issued', '2025-01-03T10:00:00Z', { invoice_id: 'a' })],
      ['2025-02-01T10:00:00Z', { kind: 'checked', source: 'bank', date: '2025-02-01' }],
    ], '2025-02-05T00:00:00Z');
    const months: string[] = [];
    await replay(book, house, inputs, { progress: () => undefined, monthEnded: async () => void months.push(house.clock.now().toISOString()) });
    expect(notes).toEqual([
      'still', 'due 01-02T10', 'still', 'due 01-03T10', 'still', 'events 01-03T10', 'still', 'decision 01-03T10', 'checked 01-03T10',
      'still', 'checked 02-01T10', 'still', 'still',
    ]);
    expect(months).toEqual(['2025-01-03T10:00:00.000Z', '2025-02-01T10:00:00.000Z']);
    expect(house.clock.now()).toEqual(at('2025-02-05T00:00:00Z'));
  });
});

describe('the truth of a list of facts', () => {
  const issued = (id: string, amount_cents: number) => event('invoice-issued', '2025-01-01T00:00:00Z', { invoice_id: id, amount_cents, source_version: 1 }, id);
  const paid = (id: string, amount_cents: number) => event('payment-received', '2025-01-01T00:00:00Z', { payment_id: id, amount_cents }, id);
  const of = (...deeds: Deed[]) => truthOf(deeds.map((deed) => ({ at: at('2025-01-01T00:00:00Z'), deed })));

  it('counts a payment once however often it is told, and not what nobody could read', () => {
    const bad = { ...paid('q', 9), unreadable: true } as Deed;
    expect(of(issued('a', 100), paid('p', 60), paid('p', 60), bad)).toMatchObject({ invoiced_cents: 100, received_cents: 60, payments: 1 });
    expect(of(bad, { kind: 'correction', event_id: 'x', event: (paid('q', 7) as Extract<Deed, { kind: 'event' }>).event })).toMatchObject({ received_cents: 7, payments: 1 });
  });

  it('lets the highest version win in any order, and a cancellation over all', () => {
    const amended = (amount_cents: number, source_version: number) => event('invoice-amended', '2025-01-01T00:00:00Z', { invoice_id: 'a', amount_cents, source_version }, 'a', String(source_version));
    const cancelled = event('invoice-cancelled', '2025-01-01T00:00:00Z', { invoice_id: 'a' }, 'a', 'cancelled');
    expect(of(amended(80, 3), amended(90, 2), issued('a', 100)).invoiced_cents).toBe(80);
    expect(of(cancelled, issued('a', 100), amended(80, 3)).invoiced_cents).toBe(0);
  });

  it('takes refunds off, in any order, if their payment came', () => {
    const refund = (payment_id: string) => event('payment-refunded', '2025-01-01T00:00:00Z', { refund_id: `${payment_id}-r`, payment_id, amount_cents: 10 }, payment_id);
    expect(of(refund('p'), paid('p', 60), refund('nobody'))).toMatchObject({ received_cents: 50, refunded_cents: 10, refunds: 1 });
  });
});
