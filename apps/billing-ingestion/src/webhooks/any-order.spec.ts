import fc from 'fast-check';
import { told } from '../../test/webhook-context';
import { lives } from '../../test/webhook-lives';
import { CREDITOR, MemoryBooks } from '../../test/memory-books';
import { paymentKey, referenceKey } from '../upstream/keys';
import type { Fact, Incoming, Kind } from './source';
import { sources } from './sources';

async function after(kind: Kind, sequence: readonly Incoming[]) {
  const { invoice: invoiceId, payment: paymentId } = lives[kind]!;
  const books = new MemoryBooks();
  for (const incoming of sequence) {
    const { identity } = sources[kind].identify(incoming);
    for (const [index, { id: own, type, data }] of (told(sources[kind], incoming.body.toString()) as readonly Fact[]).entries()) {
      const { receipt } = await books.take(type.slice('upstream.'.length, -'.v1'.length), data, { id: own ?? `${identity}/${index}` });
      expect([type, receipt.outcome]).not.toEqual([type, 'rejected']);
    }
  }
  const found = invoiceId === null ? null : books.get('reference', referenceKey(CREDITOR, invoiceId)).invoice;
  const money = books.get('payment', paymentKey(CREDITOR, 'loja', paymentId)).payment;
  if ((invoiceId !== null && found?.status !== 'open') || money?.status !== 'received') throw new Error('The invoice is known and paid by now.');
  const { version: _, ...facts } = (found ?? { status: 'open' }) as { version?: number; status: string };
  const { key: __, customer_id: ___, attempts: ____, ...paid } = money;
  const of = (type: string) => books.sent.filter(({ contract }) => contract.type === `billing.${type}.v1`).length;
  return { facts, paid, reported: of('payment-reported'), refunds: of('refund-reported') };
}

describe('the order in which webhooks come', () => {
  it.each(Object.keys(lives) as Kind[])('leaves no trace with %s: any permutation, with repetitions, gives the same facts, and no late failure reopens what is paid', async (kind) => {
    const { calls, refunds } = lives[kind]!;
    const expected = await after(kind, calls);
    expect(expected).toMatchObject({ facts: { status: 'open' }, paid: { status: 'received' }, reported: kind === 'pix' ? 2 : 1, refunds });
    const twice = fc.shuffledSubarray([...calls, ...calls], { minLength: calls.length * 2, maxLength: calls.length * 2 });
    await fc.assert(fc.asyncProperty(twice, async (sequence) => expect(await after(kind, sequence)).toEqual(expected)), { numRuns: 80, seed: 20_260_310 });
  });
});
