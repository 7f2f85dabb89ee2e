import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '@emdia/database';
import { Seal } from '@emdia/messaging';
import { Config } from '@emdia/runtime';
import { Webhooks, type Opened } from './webhooks';

/** How long whoever claimed a delivery may take; afterwards it is anybody's again. */
const LEASE_MS = 60_000;

interface New {
  readonly webhook_id: string;
  readonly creditor_id: string;
  readonly identity: string;
  readonly event_type: string;
  readonly body: Buffer;
  readonly looks_again: boolean;
  readonly now: Date;
  readonly epochMs: number;
}

/** A stored delivery that somebody is to handle now. */
export interface Delivery {
  readonly id: string;
  readonly identity: string;
  readonly event_type: string;
  readonly body: Buffer;
  /** The present one included. */
  readonly attempts: number;
  readonly webhook: Opened;
  readonly currency: string;
  /** Who had it mapped again; null for the first time. */
  readonly mapped_again_by: string | null;
}

export type Status = 'taken' | 'ignored' | 'quarantined';

type Row = Parameters<Webhooks['open']>[0] & { readonly id: string; readonly identity: string; readonly event_type: string; readonly body_sealed: string; readonly attempts: number; readonly currency: string; readonly mapped_again_by: string | null };

// Any bytes survive as this, and most take no more room than before.
const ENCODING = 'latin1';

/** Deliveries as they came, sealed; the rows are the queue, so that a crash loses none. Retries are in wall time. */
@Injectable()
export class Queue {
  private readonly seal: Seal;
  /** How many this process has added. */
  additions = 0;

  constructor(
    private readonly database: Database,
    private readonly webhooks: Webhooks,
    { installationKey }: Config,
  ) {
    this.seal = new Seal(installationKey, 'webhook-bodies');
  }

  /** One statement. False where the same bytes are there already: those that only say "look again" while they wait, others for good. */
  async add({ webhook_id, creditor_id, identity, event_type, body, looks_again, now, epochMs }: New): Promise<boolean> {
    const body_sha256 = createHash('sha256').update(body).digest('hex');
    const rows = await this.database.query(
      `insert into webhook_delivery (id, webhook_id, creditor_id, identity, event_type, repeats, looks_again, body_sealed, status, attempts, due_epoch_ms, received_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, $9, $10) on conflict (webhook_id, repeats) do nothing returning id`,
      [randomUUID(), webhook_id, creditor_id, identity, event_type, `${identity} ${body_sha256}`, looks_again, this.seal.seal(body.toString(ENCODING)), epochMs, now],
    );
    this.additions += rows.length;
    return rows.length > 0;
  }

  /** Those that are due, each handed to one caller. */
  async claim(epochMs: number, limit: number): Promise<Delivery[]> {
    // What is asked for from here on may be older than a repetition that comes now: that one is a delivery of its own.
    const rows = await this.database.query<Row>(
      `with due as (
         select id from webhook_delivery where status = 'waiting' and due_epoch_ms <= $1 order by due_epoch_ms, id limit $2 for update skip locked
       ), claimed as (
         update webhook_delivery d set attempts = attempts + 1, due_epoch_ms = $3, repeats = case when looks_again then null else repeats end
         from due where d.id = due.id returning d.id, d.webhook_id, d.identity, d.event_type, d.body_sealed, d.attempts, d.received_at, d.mapped_again_by
       )
       select c.id, c.identity, c.event_type, c.body_sealed, c.attempts, c.mapped_again_by, w.webhook_id, w.creditor_id, w.name, w.kind, w.secrets_sealed, w.zone, w.due_days, w.address_sealed, k.currency
       from claimed c join webhook w using (webhook_id) join creditor k on k.creditor_id = w.creditor_id order by c.received_at, c.id`,
      [epochMs, limit, epochMs + LEASE_MS],
    );
    return rows.map(({ id, identity, event_type, body_sealed, attempts, currency, mapped_again_by, ...webhook }) => ({
      id, identity, event_type, attempts, currency, mapped_again_by, body: Buffer.from(this.seal.open(body_sealed), ENCODING), webhook: this.webhooks.open(webhook),
    }));
  }

  async done(id: string, status: Status, outcome: string, now: Date): Promise<void> {
    await this.database.query('update webhook_delivery set status = $2, outcome = $3, handled_at = $4 where id = $1', [id, status, outcome, now]);
  }

  async later(id: string, outcome: string, dueEpochMs: number): Promise<void> {
    await this.database.query('update webhook_delivery set outcome = $2, due_epoch_ms = $3 where id = $1', [id, outcome, dueEpochMs]);
  }

  /** Deliveries that nobody has brought to an end. */
  async waiting(): Promise<number> {
    const [row] = await this.database.query<{ waiting: number }>(`select count(*)::int as waiting from webhook_delivery where status = 'waiting'`);
    return row!.waiting;
  }

  /** The ids of what lies in quarantine of a delivery. */
  async openEntries(position: string): Promise<string[]> {
    return (await this.database.query<{ id: string }>(`select id from quarantine where position = $1 and position like 'webhook %' and status = 'open'`, [position])).map(({ id }) => id);
  }

  /** Whether an event of this id was taken in from this origin. */
  async isTaken(origin: string, eventId: string): Promise<boolean> {
    return (await this.database.query('select from upstream_event where origin = $1 and event_id = $2', [origin, eventId])).length > 0;
  }
}
