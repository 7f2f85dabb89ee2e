import { Injectable } from '@nestjs/common';
import { Type, type Static } from '@sinclair/typebox';
import { CreditorId, Currency } from '@emdia/contracts';
import { Clock } from '@emdia/clock';
import { Database } from '@emdia/database';
import { orNull } from '@emdia/runtime';

/** A tenant: who is owed, as every letter names them. */
export const Creditor = Type.Object(
  {
    creditor_id: CreditorId, name: Type.String(), document: Type.String(), address: Type.String(), contact_email: orNull(Type.String()), contact_phone: orNull(Type.String()),
    sender_name: Type.String(), currency: Currency, default_queue: Type.String(),
  },
  { additionalProperties: false },
);
export type Creditor = Static<typeof Creditor>;

const COLUMNS = 'creditor_id, name, document, address, contact_email, contact_phone, sender_name, currency, default_queue';

/** Creditors, and the platforms that may speak for them; administrators only. */
@Injectable()
export class Creditors {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Registers or changes; the currency of one that exists stays, because its invoices are in it. False when another currency was asked for. */
  async put(creditor: Creditor): Promise<boolean> {
    const rows = await this.database.query(
      `insert into creditor (${COLUMNS}, recorded_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
       on conflict (creditor_id) do update set name = excluded.name, document = excluded.document, address = excluded.address, contact_email = excluded.contact_email,
         contact_phone = excluded.contact_phone, sender_name = excluded.sender_name, default_queue = excluded.default_queue, changed_at = excluded.changed_at
       where creditor.currency = excluded.currency returning creditor_id`,
      [creditor.creditor_id, creditor.name, creditor.document, creditor.address, creditor.contact_email, creditor.contact_phone, creditor.sender_name, creditor.currency, creditor.default_queue, this.clock.now()],
    );
    return rows.length > 0;
  }

  async known(creditorIds: readonly string[]): Promise<Creditor[]> {
    return this.database.query<Creditor>(`select ${COLUMNS} from creditor where creditor_id = any($1::text[]) order by creditor_id`, [creditorIds]);
  }

  async list(after: string | null, limit: number): Promise<Creditor[]> {
    return this.database.query<Creditor>(`select ${COLUMNS} from creditor where $1::text is null or creditor_id > $1 order by creditor_id limit $2`, [after, limit]);
  }

  /** The platform speaks for exactly these creditors from now on. */
  async registerPlatform(platform: string, creditorIds: readonly string[]): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query('delete from platform_creditor where platform = $1 and creditor_id <> all($2::text[])', [platform, creditorIds]);
      await tx.query(
        'insert into platform_creditor (platform, creditor_id, recorded_at) select $1, creditor_id, $3 from unnest($2::text[]) as creditor_id order by creditor_id on conflict do nothing',
        [platform, creditorIds, this.clock.now()],
      );
    });
  }

  async platform(platform: string): Promise<string[]> {
    const rows = await this.database.query<{ creditor_id: string }>('select creditor_id from platform_creditor where platform = $1 order by creditor_id', [platform]);
    return rows.map(({ creditor_id }) => creditor_id);
  }
}
