import { Injectable } from '@nestjs/common';
import { contactPointKey } from '@emdia/brazil';
import { Type, type Static } from '@sinclair/typebox';
import { CityCode, CreditorId, customerKey, CustomerId, type EventOf, type NotificationsAddressInvalid, PersonKey, Score, Segment, State_ } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { step, type Step } from '@emdia/messaging';
import { orNull } from '@emdia/runtime';
import { Books } from '../upstream/books';
import type { State } from '../upstream/state';
import { emailInvalid, type Customer } from './customer';

/** A customer as those who may reach them have it, by the internal look-up. */
export const ContactCard = Type.Object(
  {
    creditor_id: CreditorId, customer_id: CustomerId, person_key: PersonKey, name: orNull(Type.String()), email: orNull(Type.String()), phone: orNull(Type.String()),
    state: State_, city_code: orNull(CityCode), version: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false },
);
export type ContactCard = Static<typeof ContactCard>;

/** A customer as their creditor has it. */
export const CustomerCard = Type.Object({ ...ContactCard.properties, segment: orNull(Segment), score: orNull(Score) }, { additionalProperties: false });
export type CustomerCard = Static<typeof CustomerCard>;

/** A customer as money may be known to be theirs; `document_fragment` is what banks show of a masked CPF, its six middle digits. */
export const PayerCard = Type.Object(
  { customer_id: CustomerId, document_key: orNull(PersonKey), document_fragment: orNull(Type.String()), name: orNull(Type.String()) },
  { additionalProperties: false },
);
export type PayerCard = Static<typeof PayerCard>;

type Row = Pick<Customer, 'creditor_id' | 'customer_id' | 'person_key' | 'state' | 'city_code' | 'email_invalid' | 'version'> & { contact_sealed: string };

const COLUMNS = 'creditor_id, customer_id, person_key, state, city_code, email_invalid, contact_sealed, version';
const SELECT = `select ${COLUMNS} from customer`;
const OWN = `select ${COLUMNS}, segment, score from customer where creditor_id = $1 and customer_id = $2`;

/** Customers as others ask for them. */
@Injectable()
export class Customers {
  constructor(
    private readonly database: Database,
    private readonly books: Books,
    private readonly installationKey: string,
  ) {}

  /** Nobody writes to this customer's present e-mail address again. */
  addressInvalid({ data }: EventOf<typeof NotificationsAddressInvalid>): Step<State> {
    return step<State>(this.books, customerKey(data.creditor_id, data.customer_id), (state, now) => {
      const known = state.kind === 'customer' ? state.customer : null;
      if (!known) return { ignored: 'unknown-customer' };
      // Another address may have been told since that one was written to.
      if (data.contact_point_key !== undefined && (known.email === null || contactPointKey('email', known.email, this.installationKey) !== data.contact_point_key)) return { ignored: 'another-address' };
      const { customer, events, changed } = emailInvalid(known, this.installationKey, now);
      return changed ? { next: { kind: 'customer', customer }, events } : { ignored: 'unchanged' };
    });
  }

  /** Those of the pairs that are known. */
  async cards(wanted: readonly { creditor_id: string; customer_id: string }[]): Promise<ContactCard[]> {
    const rows = await this.database.query<Row>(`${SELECT} where (creditor_id, customer_id) in (select * from unnest($1::text[], $2::text[]))`, [
      wanted.map(({ creditor_id }) => creditor_id),
      wanted.map(({ customer_id }) => customer_id),
    ]);
    return rows.map((row) => this.card(row));
  }

  /** One customer of one creditor, read under its row-level security; null when unknown. */
  async one(creditor_id: string, customer_id: string): Promise<CustomerCard | null> {
    const [row] = await this.database.transactionOf(creditor_id, (tx) => tx.query<Row & Pick<Customer, 'segment' | 'score'>>(OWN, [creditor_id, customer_id]));
    return row ? this.card(row) : null;
  }

  /** A creditor's customers by id, from behind one on; fewer than `limit` on the last page. */
  async payers(creditor_id: string, after: string, limit: number): Promise<PayerCard[]> {
    const rows = await this.database.query<Pick<Customer, 'customer_id' | 'document_key'> & { contact_sealed: string }>(
      'select customer_id, document_key, contact_sealed from customer where creditor_id = $1 and customer_id > $2 order by customer_id limit $3', [creditor_id, after, limit]);
    return rows.map(({ customer_id, document_key, contact_sealed }) => {
      const { name, document } = JSON.parse(this.books.openContact(contact_sealed)) as Pick<Customer, 'name' | 'document'>;
      const digits = document?.replace(/\D/g, '') ?? '';
      return { customer_id, document_key, document_fragment: digits.length === 11 ? digits.slice(3, 9) : null, name };
    });
  }

  private card<R extends Row>({ contact_sealed, email_invalid, ...row }: R) {
    const { name, email, phone } = JSON.parse(this.books.openContact(contact_sealed)) as Pick<Customer, 'name' | 'email' | 'phone'>;
    return { ...row, name, email: email_invalid ? null : email, phone };
  }
}
