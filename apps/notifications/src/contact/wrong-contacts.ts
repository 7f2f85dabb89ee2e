import { Injectable } from '@nestjs/common';
import { customerKey, derivedId, NotificationsAddressInvalid, outgoing } from '@emdia/contracts';
import type { Tx } from '@emdia/database';
import { step, type Step, type Store } from '@emdia/messaging';
import type { Addressee, Point } from './addressee';

/** A contact point through which nobody is reached any more, by any creditor, because it is somebody else's. */
interface Closed {
  readonly channel: Point;
  readonly contact_point_key: string;
  readonly creditor_id: string;
  readonly reason: string;
  readonly actor: string;
  readonly recorded_at: Date;
}

/** Contact points that were told to be somebody else's, by channel and point. Nothing here opens one again: a number is given anew and nobody knows when. */
@Injectable()
export class WrongContacts implements Store<Closed | null> {
  readonly name = 'closed_contact_point';

  /** Closes a point for everybody and tells billing where it is this customer's address still; a repetition closes nothing anew. */
  close({ creditor_id, customer_id, contact_point_key: present }: Addressee, channel: Point, contact_point_key: string, by: { reason: string; actor: string }): Step<Closed | null, { closed: true }> {
    return step<Closed | null, { closed: true }>(this, `${channel}/${contact_point_key}`, (known, now) => {
      // Billing keeps e-mail addresses apart as working or not; of a number only the closed point says so.
      const told = outgoing(NotificationsAddressInvalid, {
        id: derivedId('wrong-contact', contact_point_key, creditor_id, customer_id), key: customerKey(creditor_id, customer_id), creditor_id, now,
        data: { creditor_id, customer_id, channel: 'email', reason: `wrong person: ${by.reason}`, contact_point_key },
      });
      return { next: known ?? { channel, contact_point_key, creditor_id, ...by, recorded_at: now }, events: channel === 'email' && contact_point_key === present ? [told] : [], result: { closed: true } };
    });
  }

  async load(tx: Tx, keys: readonly string[]): Promise<Map<string, Closed | null>> {
    const rows = await tx.query<{ closed: Closed }>(
      `select to_jsonb(c) as closed from closed_contact_point c where channel || '/' || contact_point_key = any($1) and contact_point_key = any($2)`,
      [keys, keys.map((key) => key.split('/')[1])],
    );
    const found = new Map(rows.map(({ closed }) => [`${closed.channel}/${closed.contact_point_key}`, closed]));
    return new Map(keys.map((key) => [key, found.get(key) ?? null]));
  }

  async save(tx: Tx, changed: ReadonlyMap<string, Closed | null>): Promise<void> {
    await tx.query(
      `insert into closed_contact_point (channel, contact_point_key, creditor_id, reason, actor, recorded_at)
       select * from jsonb_to_recordset($1::jsonb) as c (channel text, contact_point_key text, creditor_id text, reason text, actor text, recorded_at timestamptz)
       order by 1, 2 on conflict do nothing`,
      [JSON.stringify([...changed.values()])],
    );
  }
}
