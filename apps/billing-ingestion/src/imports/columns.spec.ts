import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { dataOfRow, headerOf } from './columns';
import { delimiterOf, linesOf } from './lines';

describe('files', () => {
  it('map their columns to the contract, leave empty cells out, and keep what is no number for the contract to refuse', () => {
    expect(dataOfRow('invoices', { invoice_id: 'FAT-1', amount_cents: '12990', number: '', customer_id: 'ana', email: 'ana@exemplo.com.br', fine_percent: '2.00', cor: 'azul' })).toEqual({
      invoice_id: 'FAT-1', amount_cents: 12_990, customer: { customer_id: 'ana', email: 'ana@exemplo.com.br' }, charge_policy: { fine_percent: '2.00' },
    });
    expect(dataOfRow('invoices', { customer_id: 'ana', segment: 'vip', score: '0' })).toEqual({ customer: { customer_id: 'ana', segment: 'vip', score: 0 } });
    expect(dataOfRow('payments', { amount_cents: '129,90', payment_id: 'P' })).toEqual({ amount_cents: '129,90', payment_id: 'P' });
    expect(dataOfRow('payments', { amount_cents: '13223', fine_cents: '200', interest_cents: '33' })).toEqual({ amount_cents: 13_223, charges: { fine_cents: 200, interest_cents: 33 } });
    expect(dataOfRow('payments', { amount_cents: '129.9' })).toEqual({ amount_cents: 129.9 });
  });

  it('say what their header lacks and what nobody reads', () => {
    expect(headerOf('payments', ['payment_id', 'amount_cents', 'paid_date', 'cor'])).toEqual({ lacking: ['currency'], unread: ['cor'] });
  });

  it('may separate by semicolon, and lose nothing by being looked at', async () => {
    const content = 'payment_id;amount_cents\nP-1;1\nP-2;2\n';
    const pieces = [...content].map((letter) => Buffer.from(letter));
    const { first, rest } = await delimiterOf(Readable.from(pieces));
    expect([first, await text(rest)]).toEqual([';', content]);
    expect((await delimiterOf(Readable.from([Buffer.from('a,b\n')]))).first).toBe(',');
  });

  it('come line by line, whole characters and bounded', async () => {
    const bytes = Buffer.from('\uFEFF{"a":"ação"}\n{"b":1}');
    const lines: string[] = [];
    for await (const line of linesOf(Readable.from([bytes.subarray(0, 11), bytes.subarray(11)]), 100)) lines.push(line);
    expect(lines).toEqual(['{"a":"ação"}', '{"b":1}']);
    const long: string[] = [];
    for await (const line of linesOf(Readable.from([Buffer.alloc(25, 'x')]), 10)) long.push(line);
    expect(long.map(({ length }) => length)).toEqual([10, 10, 5]);
  });
});
