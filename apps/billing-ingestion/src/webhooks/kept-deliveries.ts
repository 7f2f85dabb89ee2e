import { Injectable } from '@nestjs/common';
import { Clock, WallClock } from '@emdia/clock';
import { Instant, oneOf, Uuid } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Config, orNull, Sweeps } from '@emdia/runtime';
import { Type, type Static } from '@sinclair/typebox';
import { Queue } from './queue';

const DAY_MS = 86_400_000;
/** As many as one call maps again. */
export const AGAIN_MAX = 1_000;

/** A delivery that is not mapped, as its creditor sees it. */
export const Unmapped = Type.Object(
  {
    delivery_id: Uuid, event_type: Type.String(), status: oneOf('waiting', 'quarantined'), reason: orNull(Type.String({ description: 'Why not; null while nobody has tried' })),
    attempts: Type.Integer(), received_at: Instant, handled_at: orNull(Instant), body_kept: Type.Boolean({ description: 'False once its bytes were deleted: it can no more be mapped again' }),
  },
  { additionalProperties: false },
);
export type Unmapped = Omit<Static<typeof Unmapped>, 'received_at' | 'handled_at'> & { readonly received_at: Date; readonly handled_at: Date | null };

/** Brought to an end: mapped, or looked after by a person in whatever lay of it in quarantine. */
const MAPPED = `body_sealed is not null and status <> 'waiting' and (status <> 'quarantined' or not exists (
  select from quarantine q join webhook w on w.webhook_id = d.webhook_id
  where q.position = 'webhook ' || w.name || ' delivery ' || d.id and q.position like 'webhook %' and q.status = 'open'))`;

/** Deliveries after they were handled: what could not be mapped can be again, and the bytes of what was are forgotten. */
@Injectable()
export class KeptDeliveries {
  private readonly keep_ms: number;
  /** Before this business instant nothing is to be forgotten. */
  private restsUntil: Date | null = null;

  constructor(
    private readonly database: Database,
    private readonly queue: Queue,
    private readonly clock: Clock,
    private readonly wall: WallClock,
    private readonly sweeps: Sweeps,
    config: Config,
  ) {
    this.keep_ms = Number(config.env('EMDIA_WEBHOOK_BODY_DAYS') || 90) * DAY_MS;
    sweeps.register({ name: 'webhook-bodies', nextDueAt: () => this.nextDueAt(), run: (now, limit) => this.forget(now, limit) });
  }

  /** What of a webhook is not mapped, oldest first. */
  async list(creditorId: string, name: string, status: string, after: readonly string[] | null, limit: number): Promise<Unmapped[]> {
    return this.database.transactionOf(creditorId, (tx) =>
      tx.query<Unmapped>(
        `select d.id as delivery_id, d.event_type, d.status, d.outcome as reason, d.attempts, d.received_at, d.handled_at, d.body_sealed is not null as body_kept
         from webhook_delivery d join webhook w using (webhook_id)
         where w.creditor_id = $1 and w.name = $2 and w.deleted_at is null and d.status = $3 and d.status in ('waiting', 'quarantined')
           and ($4::timestamptz is null or (d.received_at, d.id) > ($4, $5::uuid)) order by d.received_at, d.id limit $6`,
        [creditorId, name, status, after?.[0] ?? null, after?.[1] ?? null, limit],
      ),
    );
  }

  /** Has one delivery in quarantine mapped again, or the oldest of them; says how many. */
  async mapAgain(creditorId: string, name: string, deliveryId: string | null, actor: string): Promise<number> {
    const rows = await this.database.transactionOf(creditorId, (tx) =>
      tx.query(
        `update webhook_delivery set status = 'waiting', attempts = 0, due_epoch_ms = $4, handled_at = null, mapped_again_by = $5 where id in (
           select d.id from webhook_delivery d join webhook w using (webhook_id)
           where w.creditor_id = $1 and w.name = $2 and w.deleted_at is null and d.status = 'quarantined' and d.body_sealed is not null and ($3::uuid is null or d.id = $3)
           order by d.received_at, d.id limit ${AGAIN_MAX} for update of d
         ) returning id`,
        [creditorId, name, deliveryId, this.wall.epochMs(), actor],
      ),
    );
    this.queue.additions += rows.length;
    if (rows.length > 0) this.sweeps.stir();
    return rows.length;
  }

  private async nextDueAt(): Promise<Date | null> {
    const [row] = await this.database.query<{ received_at: Date }>(`select received_at from webhook_delivery d where ${MAPPED} order by received_at limit 1`);
    return row ? new Date(Math.max(row.received_at.getTime() + this.keep_ms, this.restsUntil?.getTime() ?? 0)) : null;
  }

  private async forget(now: Date, limit: number): Promise<number> {
    // Sweeps look after every commit; what is stored from now on is due later than what was.
    if (this.restsUntil !== null && now < this.restsUntil) return 0;
    const [row] = await this.database.query<{ forgotten: number }>(
      `with forgotten as (
         update webhook_delivery set body_sealed = null where id in (
           select id from webhook_delivery d where ${MAPPED} and received_at <= $1 order by received_at limit $2 for update skip locked
         ) returning id, webhook_id
       ), copies as (
         update quarantine set body_sealed = null from forgotten f join webhook w using (webhook_id)
         where position = 'webhook ' || w.name || ' delivery ' || f.id and position like 'webhook %' and status <> 'open'
       )
       select count(*)::int as forgotten from forgotten`,
      [new Date(now.getTime() - this.keep_ms), limit],
    );
    // Somebody may look after a quarantined one meanwhile: a day later at the latest it is seen.
    if (row!.forgotten > 0) return row!.forgotten;
    this.restsUntil = null;
    this.restsUntil = new Date(Math.min((await this.nextDueAt())?.getTime() ?? Infinity, this.clock.now().getTime() + DAY_MS));
    return 0;
  }
}
