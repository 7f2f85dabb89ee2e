import { Injectable } from '@nestjs/common';
import { Clock } from '@emdia/clock';
import { Instant } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Seal } from '@emdia/messaging';
import { Config, orNull } from '@emdia/runtime';
import { Type, type Static } from '@sinclair/typebox';
import { ACT_KINDS, type ActKind } from './outward-act';

/** The purpose under which secrets of webhooks are sealed. */
export const SECRETS = 'act-webhook-secrets';

/** What a creditor has done by its own systems, and where they are told; the secrets are told to nobody. */
export const Carrier = Type.Object(
  {
    carries_out: Type.Array(Type.Unsafe<ActKind>({ enum: [...ACT_KINDS] }), { description: 'What people are not asked to do' }),
    webhook: orNull(Type.Object({ url: Type.String(), secrets: Type.Integer({ description: 'How many there are' }) }, { additionalProperties: false })),
    changed_at: orNull(Instant), changed_by: orNull(Type.String()),
  },
  { additionalProperties: false },
);
export type Carrier = Static<typeof Carrier>;

interface Row extends Record<string, unknown> {
  readonly carries_out: ActKind[];
  readonly url: string | null;
  readonly secrets_sealed: string | null;
  readonly changed_at: Date;
  readonly changed_by: string;
}

/** Which acts each creditor has done by its own systems, and where those are told; secrets are kept sealed. */
@Injectable()
export class Carriers {
  private readonly seal: Seal;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    { installationKey }: Config,
  ) {
    this.seal = new Seal(installationKey, SECRETS);
  }

  async of(creditorId: string): Promise<Carrier> {
    const [row] = await this.database.transactionOf(creditorId, (tx) => tx.query<Row>('select carries_out, url, secrets_sealed, changed_at, changed_by from act_carrier where creditor_id = $1', [creditorId]));
    return row ? this.shown(row) : { carries_out: [], webhook: null, changed_at: null, changed_by: null };
  }

  carryOut(creditorId: string, carries_out: readonly ActKind[], actor: string): Promise<Carrier> {
    return this.put(creditorId, actor, 'carries_out = excluded.carries_out', { carries_out, webhook: null });
  }

  /** Registers, replaces or (null) forgets the webhook. */
  tell(creditorId: string, webhook: { url: string; secrets: readonly string[] } | null, actor: string): Promise<Carrier> {
    return this.put(creditorId, actor, 'url = excluded.url, secrets_sealed = excluded.secrets_sealed', { carries_out: [], webhook });
  }

  private async put(creditorId: string, actor: string, sets: string, { carries_out, webhook }: { carries_out: readonly ActKind[]; webhook: { url: string; secrets: readonly string[] } | null }): Promise<Carrier> {
    const sealed = webhook && this.seal.seal(JSON.stringify(webhook.secrets));
    const [row] = await this.database.transactionOf(creditorId, (tx) =>
      tx.query<Row>(
        `insert into act_carrier (creditor_id, carries_out, url, secrets_sealed, changed_at, changed_by) values ($1, $2, $3, $4, $5, $6)
         on conflict (creditor_id) do update set ${sets}, changed_at = excluded.changed_at, changed_by = excluded.changed_by returning carries_out, url, secrets_sealed, changed_at, changed_by`,
        [creditorId, carries_out, webhook?.url ?? null, sealed, this.clock.now(), actor],
      ));
    return this.shown(row!);
  }

  private shown({ carries_out, url, secrets_sealed, changed_at, changed_by }: Row): Carrier {
    const webhook = url === null ? null : { url, secrets: (JSON.parse(this.seal.open(secrets_sealed!)) as string[]).length };
    return { carries_out, webhook, changed_at: changed_at.toISOString(), changed_by };
  }
}
