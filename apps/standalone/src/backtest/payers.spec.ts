import { Seeded } from '../demo/seeded';
import { generatedGround } from './debts';
import { Payer, PAYERS, PRICES_CENTS, type Trouble } from './payers';

const DUE = '2025-03-10';
const payers = (trouble: Trouble, count = 2_000) => Array.from({ length: count }, (_, n) => new Payer(trouble, new Seeded(1).branch(n), DUE));
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
      const [once, twice] = [0, 1].map(() => new Payer('no-money', new Seeded(2).branch(n), DUE)) as [Payer, Payer];
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

it('everything that a régua may do has a price', () => {
  for (const price of Object.values(PRICES_CENTS)) expect(Number.isInteger(price)).toBe(true);
});
