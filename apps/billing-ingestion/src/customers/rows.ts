import { bulk, type Tx } from '@emdia/database';
import type { Seal } from '@emdia/messaging';
import { hasEmail, type Customer, type Field, type ToldBy } from './customer';

type Contact = Pick<Customer, 'name' | 'document' | 'email' | 'phone'>;
/** The fields that one event told, which mostly is all of them: five times the same rank would be most of the row. */
type ToldTogether = readonly [by: ToldBy, ...fields: Field[]];
type Row = Omit<Customer, keyof Contact | 'kept' | 'told_by'> & { contact_sealed: string; told_by: readonly ToldTogether[] };

const COLUMNS = 'creditor_id, customer_id, person_key, document_key, state, city_code, segment, score, email_invalid, contact_sealed, version, told_by';

/** The customers of the given pairs that exist. */
export async function loadCustomers(tx: Tx, seal: Seal, creditorIds: readonly string[], customerIds: readonly string[]): Promise<Customer[]> {
  const rows = await tx.query<Row>(
    `select ${COLUMNS} from customer where (creditor_id, customer_id) in (select * from unnest($1::text[], $2::text[]))`,
    [creditorIds, customerIds],
  );
  return rows.map(({ creditor_id, customer_id, person_key, document_key, state, city_code, segment, score, email_invalid, contact_sealed, version, told_by }) => {
    const contact = seal.open(contact_sealed);
    const { name, document, email, phone } = JSON.parse(contact) as Contact;
    return { creditor_id, customer_id, name, document, email, phone, state, city_code, segment, score, email_invalid, person_key, document_key, version, told_by: byField(told_by), kept: { contact, contact_sealed } };
  });
}

function byField(told: readonly ToldTogether[]): Customer['told_by'] {
  const told_by: Partial<Record<Field, ToldBy>> = {};
  for (const [by, ...fields] of told) for (const field of fields) told_by[field] = by;
  return told_by;
}

function together(told_by: Customer['told_by']): ToldTogether[] {
  const told: [ToldBy, ...Field[]][] = [];
  for (const field in told_by) {
    const by = told_by[field as Field]!;
    const group = told.find(([known]) => known === by);
    if (group) group.push(field as Field);
    else told.push([by, field as Field]);
  }
  return told;
}

/** A customer, and the contact data as their row will hold it. */
interface Sealed {
  readonly customer: Customer;
  readonly contact_sealed: string;
}

function sealed(seal: Seal, customer: Customer): Sealed {
  const { name, document, email, phone, kept } = customer;
  const contact = JSON.stringify({ name, document, email, phone } satisfies Contact);
  // Most invoices say nothing new of their customer: what is sealed already stays as it is.
  return { customer, contact_sealed: kept?.contact === contact ? kept.contact_sealed : seal.seal(contact) };
}

const write = bulk<Sealed>('customer', ['creditor_id', 'customer_id'], [
  ['creditor_id', 'text', ({ customer }) => customer.creditor_id],
  ['customer_id', 'text', ({ customer }) => customer.customer_id],
  ['person_key', 'text', ({ customer }) => customer.person_key],
  ['document_key', 'text', ({ customer }) => customer.document_key],
  ['state', 'text', ({ customer }) => customer.state],
  ['city_code', 'text', ({ customer }) => customer.city_code],
  ['segment', 'text', ({ customer }) => customer.segment],
  ['score', 'int', ({ customer }) => customer.score],
  ['has_email', 'boolean', ({ customer }) => hasEmail(customer)],
  ['email_invalid', 'boolean', ({ customer }) => customer.email_invalid],
  ['contact_sealed', 'text', ({ contact_sealed }) => contact_sealed],
  ['version', 'int', ({ customer }) => customer.version],
  ['told_by', 'jsonb', ({ customer }) => together(customer.told_by)],
]);

export const saveCustomers = (tx: Tx, seal: Seal, customers: readonly Customer[]): Promise<void> => write(tx, customers.map((customer) => sealed(seal, customer)));
