import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { CreditorId, oneOf, Uuid } from '@emdia/contracts';
import { Clock } from '@emdia/clock';
import { Database } from '@emdia/database';
import { Seal } from '@emdia/messaging';
import { Config, orNull } from '@emdia/runtime';
import { Type, type Static } from '@sinclair/typebox';
import type { Address } from './asking';
import { KINDS, type Kind } from './source';
import { sources } from './sources';

export const WebhookName = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$', description: 'Yours to choose; its payments are told under this source.' });

/** A registered webhook as its creditor sees it: its secrets and credentials are told to nobody. */
export const Webhook = Type.Object(
  {
    name: Type.String(), kind: oneOf(...KINDS), webhook_id: Uuid, creditor_id: CreditorId,
    path: Type.String({ description: 'Where the platform posts to, under the public address of this installation; `{secret}` is one of the secrets.' }),
    secrets: Type.Integer({ description: 'How many there are' }), zone: Type.String(), due_days: Type.Integer(), ask_base_url: orNull(Type.String()),
  },
  { additionalProperties: false },
);
export type Webhook = Static<typeof Webhook>;

/** A webhook with what opens it. */
export interface Opened {
  readonly webhook_id: string;
  readonly creditor_id: string;
  readonly name: string;
  readonly kind: Kind;
  readonly secrets: readonly string[];
  readonly zone: string;
  readonly due_days: number;
  readonly address: Address | null;
}

/** What registers or changes a webhook. */
export type Wanted = Omit<Opened, 'webhook_id'>;

interface Row {
  readonly webhook_id: string;
  readonly creditor_id: string;
  readonly name: string;
  readonly kind: Kind;
  readonly secrets_sealed: string;
  readonly zone: string;
  readonly due_days: number;
  readonly address_sealed: string | null;
}

export const WEBHOOK_COLUMNS = 'webhook_id, creditor_id, name, kind, secrets_sealed, zone, due_days, address_sealed';

/** The webhooks that creditors have registered; secrets and credentials are kept sealed. */
@Injectable()
export class Webhooks {
  private readonly seal: Seal;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    { installationKey }: Config,
  ) {
    this.seal = new Seal(installationKey, 'webhook-secrets');
  }

  /** Registers, or replaces secrets and settings; its id stays. Else why not: the name may belong to another kind. */
  async put({ creditor_id, name, kind, secrets, zone, due_days, address }: Wanted): Promise<Webhook | 'unknown-creditor' | 'other-kind'> {
    return this.database.transactionOf(creditor_id, async (tx) => {
      if ((await tx.query('select from creditor where creditor_id = $1', [creditor_id])).length === 0) return 'unknown-creditor';
      const [row] = await tx.query<Row>(
        `insert into webhook (${WEBHOOK_COLUMNS}, recorded_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
         on conflict (creditor_id, name) where deleted_at is null do update set secrets_sealed = excluded.secrets_sealed, zone = excluded.zone, due_days = excluded.due_days,
           address_sealed = excluded.address_sealed, changed_at = excluded.changed_at
         where webhook.kind = excluded.kind returning ${WEBHOOK_COLUMNS}`,
        [randomUUID(), creditor_id, name, kind, this.seal.seal(JSON.stringify(secrets)), zone, due_days, address && this.seal.seal(JSON.stringify(address)), this.clock.now()],
      );
      return row ? shown(this.open(row)) : 'other-kind';
    });
  }

  async list(creditorId: string): Promise<Webhook[]> {
    const rows = await this.database.transactionOf(creditorId, (tx) => tx.query<Row>(`select ${WEBHOOK_COLUMNS} from webhook where creditor_id = $1 and deleted_at is null order by name`, [creditorId]));
    return rows.map((row) => shown(this.open(row)));
  }

  /** False when there is none of that name. What was stored before is still taken in. */
  async delete(creditorId: string, name: string): Promise<boolean> {
    const rows = await this.database.transactionOf(creditorId, (tx) =>
      tx.query('update webhook set deleted_at = $3 where creditor_id = $1 and name = $2 and deleted_at is null returning webhook_id', [creditorId, name, this.clock.now()]),
    );
    return rows.length > 0;
  }

  /** The live webhook of an id; null where there is none. */
  async one(webhookId: string): Promise<Opened | null> {
    const [row] = await this.database.query<Row>(`select ${WEBHOOK_COLUMNS} from webhook where webhook_id = $1 and deleted_at is null`, [webhookId]);
    return row ? this.open(row) : null;
  }

  /** With its secrets in the open. */
  open({ secrets_sealed, address_sealed, ...rest }: Row): Opened {
    const { webhook_id, creditor_id, name, kind, zone, due_days } = rest;
    return {
      webhook_id, creditor_id, name, kind, zone, due_days,
      secrets: JSON.parse(this.seal.open(secrets_sealed)) as string[],
      address: address_sealed === null ? null : (JSON.parse(this.seal.open(address_sealed)) as Address),
    };
  }
}

const shown = ({ webhook_id, creditor_id, name, kind, secrets, zone, due_days, address }: Opened): Webhook => ({
  name, kind, webhook_id, creditor_id, path: `/webhooks/${webhook_id}${sources[kind].secretInPath ? '/{secret}' : ''}`,
  secrets: secrets.length, zone, due_days, ask_base_url: address?.base_url ?? null,
});
