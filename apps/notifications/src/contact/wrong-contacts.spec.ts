import { NOON } from '../../test/given';
import type { Addressee } from './addressee';
import { WrongContacts } from './wrong-contacts';

const hex = (text: string) => Buffer.from(text).toString('hex').padEnd(64, '0');
const ana = { creditor_id: 'acme', customer_id: 'ana', contact_point_key: hex('now'), phone_key: hex('number') } as Addressee;
const closing = (channel: 'email' | 'phone', point: string) => {
  const step = new WrongContacts().close(ana, channel, hex(point), { reason: 'x', actor: 'key acme' });
  const decided = step.decide(new Map([[step.keys[0]!, null]]), NOON);
  return 'next' in decided ? { closed: [...decided.next.values()], told: (decided.events ?? []).map(({ contract }) => contract.type) } : null;
};

it('billing is told of an address that it still knows, and of no other, nor of a number', () => {
  expect(closing('email', 'now')).toMatchObject({ closed: [{ channel: 'email', contact_point_key: hex('now') }], told: ['notifications.address-invalid.v1'] });
  expect(closing('email', 'before')).toMatchObject({ closed: [{ channel: 'email', contact_point_key: hex('before') }], told: [] });
  expect(closing('phone', 'number')).toMatchObject({ closed: [{ channel: 'phone', contact_point_key: hex('number') }], told: [] });
});
