import { Clock } from '@emdia/clock';
import { customerKey } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { type DecisionOne, Runner, step } from '@emdia/messaging';
import { cursorOf, type CustomerPage, IsCustomerId, paged, problem } from '@emdia/runtime';
import { Injectable } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsUUID } from 'class-validator';
import { v7 } from 'uuid';
import type { Negotiation } from './negotiation/negotiation';
import { Negotiations } from './negotiation/negotiations';
import { type Kind, type Owned, read, type Things } from './negotiation/rows';

/** What every command names: whose debts, and which. */
export class Debts {
  @IsCustomerId()
  customer_id!: string;

  @ApiProperty({ type: 'array', items: { type: 'string', format: 'uuid' }, minItems: 1, maxItems: 200, uniqueItems: true })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  receivable_ids!: string[];
}

type Decide<R> = (state: Negotiation, now: Date) => DecisionOne<Negotiation, R>;
type View<K extends Kind, V> = (customer_id: string, thing: Owned<Things[K]>) => V;

/** What the controllers of promises, agreements and disputes do alike, for one creditor at a time. */
@Injectable()
export class Requests {
  constructor(
    private readonly runner: Runner,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly negotiations: Negotiations,
  ) {}

  /** An id that sorts by the business time it was given at, so that lists need no other order. */
  newId(): string {
    return v7({ msecs: this.clock.now().getTime() });
  }

  /** Decides on a customer's negotiation. */
  decide<R>(creditorId: string, customer_id: string, decide: Decide<R>, idempotencyKey?: string): Promise<R> {
    return this.runner.change(step(this.negotiations.withClosed, customerKey(creditorId, customer_id), decide), { creditorId, idempotencyKey });
  }

  /** Decides on the negotiation that a promise, agreement or dispute belongs to; a 404 problem where there is none. */
  async decideOn<R>(kind: Kind, creditorId: string, id: string, decide: Decide<R>, idempotencyKey?: string): Promise<R> {
    const { customer_id } = await this.found(kind, creditorId, id);
    return this.decide(creditorId, customer_id, decide, idempotencyKey);
  }

  /** A page of them, the newest first. */
  async list<K extends Kind, V>(kind: K, creditorId: string, query: CustomerPage, view: View<K, V>): Promise<{ items: V[]; next_cursor: string | null }> {
    const after = cursorOf(query, 'uuid')?.[0];
    const values: unknown[] = [creditorId];
    const conditions = ['creditor_id = $1'];
    if (query.customer_id !== undefined) conditions.push(`customer_id = $${values.push(query.customer_id)}`);
    if (after !== undefined) conditions.push(`${kind}_id < $${values.push(after)}::uuid`);
    const asked = { where: conditions.join(' and '), tail: `order by ${kind}_id desc limit $${values.push(query.limit + 1)}`, values };
    const rows = await this.database.transactionOf(creditorId, (tx) => read(tx, kind, asked));
    const { items, next_cursor } = paged(rows, query.limit, (row) => [(row as unknown as Record<string, string>)[`${kind}_id`]!]);
    return { items: items.map((row) => view(row.customer_id, row)), next_cursor };
  }

  /** One of them; a 404 problem where there is none. */
  async one<K extends Kind, V>(kind: K, creditorId: string, id: string, view: View<K, V>): Promise<V> {
    const row = await this.found(kind, creditorId, id);
    return view(row.customer_id, row);
  }

  private async found<K extends Kind>(kind: K, creditorId: string, id: string): Promise<Owned<Things[K]>> {
    const asked = { where: `creditor_id = $1 and ${kind}_id = $2`, values: [creditorId, id] };
    const [row] = await this.database.transactionOf(creditorId, (tx) => read(tx, kind, asked));
    if (!row) throw problem(404, `${kind}-unknown`, `There is no such ${kind}`, `Check the id; ${kind}s of other creditors are not shown.`);
    return row;
  }
}
