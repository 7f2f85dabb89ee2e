import fc from 'fast-check';
import { heldBy, matchAll } from './batch';
import { type Book, Candidates } from './candidates';
import type { Candidate, Credit, Key } from './credit';

const invoice = (id: string, customer_id: string, more: Partial<Candidate> = {}): Candidate => ({
  receivable_id: id, customer_id, currency: 'BRL', open_cents: 4_990, issue_date: '2026-03-01', due_date: '2026-03-10', charge_policy: null, discount: null, paid: null,
  keys: [{ kind: 'txid', value: id }], ...more,
});
const credit = (credit_id: string, document_key: string | null, name: string | null, keys: Key[] = [], amount_cents = 4_990): Credit =>
  ({ credit_id, amount_cents, currency: 'BRL', paid_date: '2026-03-10', keys, payer: { document_key, document_fragment: null, name }, memo: null });
const txid = (value: string): Key[] => [{ kind: 'txid', value }];
const book = (): Book => ({
  customers: [{ customer_id: 'ana', document_key: 'd1', name: 'Ana Paula Ferreira' }, { customer_id: 'bia', document_key: 'd2', name: 'Beatriz Queiroz' }],
  receivables: [invoice('a', 'ana'), invoice('b', 'bia'), invoice('c', 'bia', { open_cents: 7_700 })],
});

describe('matchAll', () => {
  it('lets what quotes an invoice have it before what only resembles it', () => {
    const found = matchAll([credit('1', 'd1', null), credit('2', 'd9', null, txid('a'))], new Candidates(book()));
    expect(found.get('2')).toMatchObject({ status: 'matched', by: 'key' });
    expect(found.get('1')!.status).not.toBe('matched');
  });
  it('learns who pays from keys, not from what it guessed', () => {
    const candidates = new Candidates(book());
    matchAll([credit('1', null, 'CARLOS QUEIROZ', txid('b')), credit('2', 'd1', 'CARLOS FERREIRA')], candidates);
    expect(candidates.confirmedNamed('CARLOS QUEIROZ').map(({ customer_id }) => customer_id)).toEqual(['bia']);
    expect(candidates.confirmedNamed('CARLOS FERREIRA')).toEqual([]);
    expect(matchAll([credit('3', null, 'CARLOS QUEIROZ', [], 7_700)], candidates).get('3')).toMatchObject({ status: 'matched', by: 'payer' });
  });
  it('holds what waiting money may belong to, and lets go when it is decided', () => {
    const candidates = new Candidates(book());
    const found = matchAll([credit('1', null, 'ANA PAULA FERREIRA')], candidates).get('1')!;
    expect(heldBy(found)).toEqual(['a']);
    expect(candidates.isWaitedFor('a', '2')).toBe(true);
    candidates.decide({ credit_id: '1', verdict: 'accepted', receivable_ids: ['b'] });
    matchAll([credit('1', null, 'ANA PAULA FERREIRA')], candidates);
    expect([candidates.isWaitedFor('a', '2'), candidates.receivable('b')!.open_cents, candidates.receivable('a')!.open_cents]).toEqual([false, 0, 4_990]);
  });
  it('gives the same whatever the order of the money, the receivables and the customers', () => {
    const money = [credit('1', 'd1', null), credit('2', 'd2', null, [], 7_700), credit('3', null, 'ANA PAULA FERREIRA'), credit('4', 'd2', null, txid('b')), credit('5', 'd2', null, [], 12_690), credit('6', 'd1', null)];
    const of = (order: readonly Credit[], { customers, receivables }: Book) => [...matchAll(order, new Candidates({ customers, receivables }))].sort(([a], [b]) => (a < b ? -1 : 1));
    const expected = of(money, book());
    const shuffled = <T>(list: readonly T[]) => fc.shuffledSubarray([...list], { minLength: list.length });
    fc.assert(fc.property(shuffled(money), shuffled(book().receivables), shuffled(book().customers), (order, receivables, customers) => {
      expect(of(order, { receivables, customers })).toEqual(expected);
    }));
  });
});
