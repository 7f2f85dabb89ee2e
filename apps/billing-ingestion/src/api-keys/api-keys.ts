import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Type, type Static } from '@sinclair/typebox';
import { Actor, CreditorId } from '@emdia/contracts';
import { Clock } from '@emdia/clock';
import { Database } from '@emdia/database';
import { orNull } from '@emdia/runtime';

export const SCOPES = [
  'admin', 'events:write', 'invoices:read', 'invoices:write', 'payments:write', 'customers:read', 'customers:write', 'quarantine:read', 'quarantine:write',
  'sources:write', 'ledger:read', 'ledger:write', 'unapplied:read', 'unapplied:write', 'bank-files:read', 'bank-files:write', 'cases:read', 'reguas:write', 'holds:write', 'tasks:read', 'tasks:write',
  'promises:write', 'agreements:write', 'disputes:write', 'negotiation:read', 'deliveries:read', 'contacts:write', 'audit:read',
] as const;

/** What a key may do, and for whom; only the hash of the key itself is kept. */
export const ApiKey = Type.Object(
  { key_id: Type.String(), creditor_id: orNull(CreditorId), scopes: Type.Array(Type.Unsafe<string>({ enum: SCOPES })), actor: Actor },
  { additionalProperties: false },
);
export type ApiKey = Static<typeof ApiKey>;

const COLUMNS = 'key_id, creditor_id, scopes, actor';

/** The keys of the house: issued once, verified by hash, revoked for good. */
@Injectable()
export class ApiKeys {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** A new key; the text of it is known to the caller alone from here on. Null when the creditor is unknown. */
  async issue(wanted: Omit<ApiKey, 'key_id'>): Promise<(ApiKey & { key: string }) | null> {
    const key_id = randomBytes(6).toString('hex');
    const key = `emdia_${key_id}_${randomBytes(24).toString('base64url')}`;
    const rows = await this.database.query(
      `insert into api_key (${COLUMNS}, key_sha256, recorded_at)
       select $1, $2, $3, $4, $5, $6 where $2::text is null or exists (select from creditor where creditor_id = $2) returning key_id`,
      [key_id, wanted.creditor_id, wanted.scopes, wanted.actor, createHash('sha256').update(key).digest('hex'), this.clock.now()],
    );
    return rows.length > 0 ? { key_id, ...wanted, key } : null;
  }

  /** The live key of this hash, or null. */
  async verify(keySha256: string): Promise<ApiKey | null> {
    const [row] = await this.database.query<ApiKey>(`select ${COLUMNS} from api_key where key_sha256 = $1 and revoked_at is null`, [keySha256]);
    return row ?? null;
  }

  /** False when there is no live key of that id. */
  async revoke(keyId: string): Promise<boolean> {
    return (await this.database.query('update api_key set revoked_at = $2 where key_id = $1 and revoked_at is null returning key_id', [keyId, this.clock.now()])).length > 0;
  }

  /** The key that the first start prints: an administrator's, kept by its hash; calling again changes nothing. */
  async ensureBootstrap(keySha256: string): Promise<void> {
    await this.database.query(
      `insert into api_key (key_id, creditor_id, scopes, actor, key_sha256, recorded_at) values ($1, null, '{admin}', 'bootstrap', $2, $3) on conflict do nothing`,
      [`bootstrap-${keySha256.slice(0, 12)}`, keySha256, this.clock.now()],
    );
  }
}
