import { contactPointKey } from '@emdia/brazil';
import type { EventOf, NotificationsAddressInvalid } from '@emdia/contracts';
import type { Database } from '@emdia/database';
import type { Books } from '../upstream/books';
import type { State } from '../upstream/state';
import { learn } from './customer';
import { Customers } from './customers';

const [KEY, NOW] = ['installation-key-of-this-test', new Date('2026-03-10T12:00:00Z')];

/** What is told of an address, about a customer who has another by now or the same. */
function told(contact_point_key?: string) {
  const { customer } = learn(null, 'acme', { customer_id: 'ana', email: 'nova@exemplo.com.br' }, { source_version: null, occurred_at: null, event_id: 'e', explicit: true }, KEY, NOW);
  const customers = new Customers({} as Database, { name: 'books' } as Books, KEY);
  const data = { creditor_id: 'acme', customer_id: 'ana', channel: 'email', reason: '550 unknown', ...(contact_point_key ? { contact_point_key } : {}) };
  const step = customers.addressInvalid({ data } as EventOf<typeof NotificationsAddressInvalid>);
  const decided = step.decide(new Map<string, State>([[step.keys[0]!, { kind: 'customer', customer } as State]]), NOW);
  return 'next' in decided ? [...decided.next!.values()].map((state) => (state as Extract<State, { kind: 'customer' }>).customer?.email_invalid) : decided.ignored;
}

it('closes the address that was written to, never one that was told since', () => {
  expect(told(contactPointKey('email', 'Nova@exemplo.com.br', KEY))).toEqual([true]);
  expect(told(contactPointKey('email', 'velha@exemplo.com.br', KEY))).toBe('another-address');
  expect(told()).toEqual([true]);
});
