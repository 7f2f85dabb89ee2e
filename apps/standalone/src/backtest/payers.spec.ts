import { Seeded } from '../demo/seeded';
import { drawn, generatedGround, givenGround } from './debts';
import { receivable } from '../../test/receivable';
import { Payer, PAYERS, PRICES_CENTS, type Trouble, troubleIn, unaskedDay } from './payers';

const DUE = '2025-03-10';
const payer = (trouble: Trouble, random: Seeded) => new Payer(trouble, random, unaskedDay(trouble, random, DUE));
const payers = (trouble: Trouble, count = 2_000) => Array.from({ length: count }, (_, n) => payer(trouble, new Seeded(1).branch(n)));
const shareBy = (list: readonly Payer[], day: string) => list.filter(({ pays_on }) => pays_on !== null && pays_on <= day).length / list.length;

describe('a payer', () => {
  it('pays unasked as often as the model says, within its days', () => {
    for (const [trouble, { chance, from_day, to_day }] of Object.entries(PAYERS.unasked) as [Trouble, (typeof PAYERS.unasked)[Trouble]][]) {
      const days = payers(trouble).flatMap(({ pays_on }) => (pays_on === null ? [] : [(Date.parse(pays_on) - Date.parse(DUE)) / 86_400_000]));
      expect(Math.abs(days.length / 2_000 - chance)).toBeLessThan(0.04);
      expect([Math.min(...days), Math.max(...days)]).toEqual([from_day, to_day]);
    }
  });

  it('is moved by one contact as often as the table says, weaker by the channel, and pays within the delay', () => {
    const reached = payers('forgot');
    for (const payer of reached) payer.reach('2025-03-11', 'friendly', 'email');
    expect(Math.abs(shareBy(reached, '2025-03-14') - PAYERS.moved.forgot.friendly * PAYERS.channel.email)).toBeLessThan(0.04);
    expect(shareBy(reached, '2025-03-10')).toBe(0);
    const called = payers('forgot');
    for (const payer of called) payer.reach('2025-03-11', 'person', null);
    expect(Math.abs(shareBy(called, '2025-03-14') - PAYERS.moved.forgot.person)).toBeLessThan(0.04);
  });

  it('is wearied by contacts that follow close on each other', () => {
    const after = (second: string) => {
      const list = payers('forgot');
      for (const payer of list) for (const day of ['2025-03-11', second]) payer.reach(day, 'friendly', 'whatsapp');
      return list.filter(({ pays_on }) => pays_on !== null && pays_on <= '2025-03-30').length;
    };
    expect(after('2025-03-20')).toBeGreaterThan(after('2025-03-12') + 50);
  });

  it('never pays later for being reached more, and who has no money pays on a payday', () => {
    for (let n = 0; n < 500; n++) {
      const [once, twice] = [0, 1].map(() => payer('no-money', new Seeded(2).branch(n))) as [Payer, Payer];
      const unasked = once.pays_on;
      once.reach('2025-03-12', 'helpful', 'email');
      twice.reach('2025-03-12', 'helpful', 'email');
      twice.reach('2025-03-25', 'person', null);
      expect((twice.pays_on ?? '9') <= (once.pays_on ?? '9')).toBe(true);
      if (twice.pays_on !== unasked) expect(PAYERS.paydays).toContain(Number(twice.pays_on!.slice(8)));
    }
  });
});

describe('a generated ground', () => {
  const options = { customers: 60, months: 4, seed: 3 };
  const shape = (creditor: string, of = options) => [...generatedGround(of, creditor).debts.values()].map(({ customer_id, amount_cents, due_date, at_risk, payer }) => ({ customer_id, amount_cents, due_date, at_risk, trouble: payer?.trouble, unasked: payer?.pays_on }));

  it('is the same for every creditor and the same seed, and another for another', () => {
    expect(shape('a')).toEqual(shape('b'));
    expect(shape('a')).not.toEqual(shape('a', { ...options, seed: 4 }));
    expect([...generatedGround(options, 'a').debts.keys()]).not.toEqual([...generatedGround(options, 'b').debts.keys()]);
  });

  it('tells all payments of debts not at risk in time, and none of the others', () => {
    const { book, debts } = generatedGround(options, 'a');
    const paid = book.facts.flatMap(({ deed }) => (deed.kind === 'event' && deed.event.type === 'upstream.payment-received.v1' ? [deed.event.data] : []));
    const calm = [...debts.values()].filter(({ at_risk }) => !at_risk);
    expect(calm.length).toBeLessThan(debts.size);
    expect(paid.length).toBe(calm.length);
    expect(book.truth).toMatchObject({ invoices: 240, payments: calm.length, received_cents: calm.reduce((sum, { amount_cents }) => sum + amount_cents, 0) });
  });
});

describe('a given ground', () => {
  const rows = [
    receivable(2, { settled_date: '2025-03-10' }), receivable(3, { settled_date: '2025-03-17' }), receivable(4, { settled_date: null }),
    receivable(5, { settled_date: '2025-03-12', disputed: true }), receivable(6, { settled_date: '2025-03-01', disputed: true }),
  ];
  const ground = (of = rows, debts = 100) => givenGround(of, { columns: {} }, 'a', { debts, seed: 1 });

  it('tells payments in time that nobody disputes, and leaves the others to their payers, unasked on the days of the file', () => {
    const { book, debts, of } = ground();
    expect(of).toBeNull();
    expect([...debts.values()].map(({ at_risk, payer: one, dispute }) => [at_risk, one?.trouble, one?.pays_on, dispute !== null])).toEqual([
      [false, undefined, undefined, false], [true, 'habit', '2025-03-17', false], [true, 'no-money', null, false], [true, 'disputes', '2025-03-12', true], [false, 'disputes', '2025-03-01', true],
    ]);
    expect(book.truth).toMatchObject({ invoices: 5, payments: 1, received_cents: 10_002 });
    expect(book.facts.some(({ deed }) => deed.kind === 'dispute')).toBe(false);
    const evenings = book.facts.flatMap(({ at, deed }) => (deed.kind === 'checked' ? [at.toISOString()] : []));
    expect([evenings[0], evenings.at(-1)]).toEqual(['2025-03-01T23:00:00.000Z', '2025-05-09T23:00:00.000Z']);
  });

  it('puts a late payment down to habit where its customer is late more often than not, to no money where it came very late', () => {
    const at = (settled_date: string | null, invoices: number, late: number) => troubleIn('2025-03-10', settled_date, { invoices, late });
    expect([at('2025-03-14', 3, 3), at('2025-03-14', 4, 2), at('2025-03-14', 5, 2), at('2025-04-09', 5, 2), at('2025-04-10', 4, 4), at(null, 9, 1)])
      .toEqual(['forgot', 'habit', 'forgot', 'forgot', 'no-money', 'no-money']);
  });

  it('moves earlier who was reached, never beyond the day of the file, and nobody who disputes', () => {
    const many = Array.from({ length: 400 }, (_, n) => receivable(n + 2, { settled_date: '2025-03-20', disputed: n % 2 === 0 }));
    const debts = [...ground(many, 400).debts.values()];
    for (const { payer: one } of debts) one!.reach('2025-03-11', 'person', null);
    const days = (disputed: boolean) => debts.filter(({ dispute }) => (dispute !== null) === disputed).map(({ payer: one }) => one!.pays_on!);
    expect(days(true).every((day) => day === '2025-03-20')).toBe(true);
    expect(days(false).every((day) => day <= '2025-03-20')).toBe(true);
    expect(Math.abs(days(false).filter((day) => day < '2025-03-20').length / 200 - PAYERS.moved.habit.person)).toBeLessThan(0.1);
  });

  it('draws whole customers by lot where the file is larger, the same for every creditor, and says how much there is', () => {
    const many = Array.from({ length: 200 }, (_, n) => receivable(n + 2, { customer: `c-${n % 20}` }));
    const some = drawn(many, 95, 7);
    const taken = new Set(some.map(({ customer }) => customer));
    expect([some.length, taken.size]).toEqual([90, 9]);
    expect(many.filter(({ customer }) => taken.has(customer))).toEqual(some);
    expect(drawn(many, 95, 7)).toEqual(some);
    expect(drawn(many, 95, 8)).not.toEqual(some);
    expect(new Set(drawn(many, 3, 7).map(({ customer }) => customer)).size).toBe(1);
    expect(drawn(many, 200, 7)).toBe(many);
    expect(ground(many, 95).of).toEqual({ customers: 20, invoices: 200 });
  });
});

it('everything that a régua may do has a price', () => {
  for (const price of Object.values(PRICES_CENTS)) expect(Number.isInteger(price)).toBe(true);
});
