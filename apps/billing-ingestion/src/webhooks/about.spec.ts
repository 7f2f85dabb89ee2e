import { Unmappable } from './fields';
import { KINDS } from './source';
import { sources } from './sources';

const json = (body: object) => Buffer.from(JSON.stringify(body));

describe('whom a delivery that cannot be told is about', () => {
  it.each([
    ['stripe', json({ data: { object: { object: 'invoice', id: 'in_1', customer: { id: 'cus_1' } } } }), 'cus_1', 'in_1'],
    ['stripe', json({ data: { object: { object: 'refund', id: 're_1', invoice: 'in_1' } } }), null, 'in_1'],
    ['asaas', json({ payment: { id: 'pay_1', customer: 'cus_1' } }), 'cus_1', 'pay_1'],
    ['vindi', json({ event: { data: { bill: { id: 11, customer: { id: 5, code: 'aluno-17' } } } } }), 'aluno-17', 'vindi-11'],
    ['vindi', json({ event: { data: { charge: { id: 21, bill: { id: 11 }, customer: { id: 5 } } } } }), 'vindi-5', 'vindi-11'],
    ['iugu', Buffer.from('event=invoice.refund&data[id]=A1'), null, 'A1'],
    ['lago', json({ object_type: 'x', x: { lago_invoice_id: 'i-1', external_customer_id: 'aluno-17' } }), 'aluno-17', 'i-1'],
    ['lago', json({ object_type: 'invoice', invoice: { lago_id: 'i-1', customer: { external_id: 'aluno-17' } } }), 'aluno-17', 'i-1'],
    ['pix', json({ pix: [{ endToEndId: 'E1', txid: 'FAT1', valor: '1.00' }] }), null, 'FAT1'],
    ['kill-bill', json({ objectId: 'b', metaData: '{"invoiceId":"i"}' }), null, 'b'],
  ] as const)('of %s: %s', (kind, body, customer_id, reference) => {
    const about = sources[kind].about(body);
    expect([about.customer_id, about.references[0]]).toEqual([customer_id, reference]);
  });

  it.each(KINDS)('of %s is nobody where it cannot be read', (kind) => {
    for (const body of ['{}', '[]', 'null', 'x', '{"event":{"data":[]}}', '{"object_type":5}']) {
      let about: unknown;
      try {
        about = sources[kind].about(Buffer.from(body));
      } catch (error) {
        expect(error).toBeInstanceOf(Unmappable);
        continue;
      }
      expect(JSON.stringify(about)).toMatch(/^\{"customer_id":null,"references":\[(null,?)*\]\}$/);
    }
  });
});
