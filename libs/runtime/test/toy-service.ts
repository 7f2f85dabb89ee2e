import 'reflect-metadata';
import { Body, Controller, Get, Injectable, Module, Param, Post, Query, type OnModuleInit } from '@nestjs/common';
import { ReconciliationBalanceChanged, type EventOf } from '@emdia/contracts';
import { Clock } from '@emdia/clock';
import { Database, fence, type Tx } from '@emdia/database';
import { Forbidden, On, on, Runner, step, type Store } from '@emdia/messaging';
import { IsInt, IsString, MaxLength } from 'class-validator';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Caller, cursorOf, Internal, InternalClient, IdempotencyKey, Page, paged, Scopes, Sweeps, type Principal, type Service } from '../src';

/** A service small enough to see through: it keeps a note per key, by event, by REST and by a sweep. */

class CreateNotes1700000000001 implements MigrationInterface {
  name = 'CreateNotes1700000000001';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table note (key text primary key, creditor_id text not null, count int not null, due_at timestamptz);
      ${fence('negotiation', 'note')}`);
  }
  async down(): Promise<void> {}
}

interface Note {
  readonly count: number;
  readonly due_at: Date | null;
}

/** What a test may turn from outside. */
export const levers = { handlerWaits: null as Promise<void> | null, leavesDue: false, requestWaits: null as Promise<void> | null };

@Injectable()
export class Notes implements Store<Note> {
  readonly name = 'notes';

  async load(tx: Tx, keys: readonly string[]): Promise<Map<string, Note>> {
    await levers.handlerWaits;
    const rows = await tx.query<Note & { key: string }>('select * from note where key = any($1) order by key for update', [keys]);
    const none: Note = { count: 0, due_at: null };
    return new Map([...keys.map((key) => [key, none] as const), ...rows.map((row) => [row.key, row] as const)]);
  }

  async save(tx: Tx, changed: ReadonlyMap<string, Note>): Promise<void> {
    for (const [key, { count, due_at }] of changed) {
      await tx.query('insert into note values ($1, $2, $3, $4) on conflict (key) do update set count = excluded.count, due_at = excluded.due_at', [key, key.split('/')[0], count, due_at]);
    }
  }
}

class NewNote {
  @IsString()
  @MaxLength(20)
  customer_id!: string;

  @IsInt()
  count!: number;
}

@Controller()
class NoteConsumer {
  constructor(private readonly notes: Notes) {}

  @On(ReconciliationBalanceChanged)
  balanceChanged(event: EventOf<typeof ReconciliationBalanceChanged>) {
    return on(this.notes, event, (state, _, now) => ({ next: { count: state.count + 1, due_at: now } }));
  }
}

@Controller()
class NoteController {
  constructor(
    private readonly notes: Notes,
    private readonly runner: Runner,
    private readonly database: Database,
    private readonly internal: InternalClient,
  ) {}

  @Get('v1/notes')
  @Scopes('notes:read')
  async list(@Caller() caller: Principal, @Query() page: Page): Promise<unknown> {
    await levers.requestWaits;
    const [after] = cursorOf(page, 'text') ?? [''];
    const rows = await this.database.transactionOf(caller.creditor_id!, (tx) =>
      tx.query<{ key: string; count: number }>('select key, count from note where key > $1 order by key limit $2', [after, page.limit + 1]),
    );
    return paged(rows, page.limit, ({ key }) => [key]);
  }

  @Post('v1/notes')
  @Scopes('notes:write')
  async write(@Caller() caller: Principal, @Body() body: NewNote, @IdempotencyKey() idempotencyKey?: string): Promise<unknown> {
    const decide = (state: Note) => {
      if (body.count < 0) throw new Forbidden('negative', 'Count upwards.');
      const next = { count: state.count + body.count, due_at: null };
      return { next, result: { count: next.count } };
    };
    return this.runner.change(step(this.notes, `${caller.creditor_id}/${body.customer_id}`, decide), { creditorId: caller.creditor_id, idempotencyKey });
  }

  @Get('v1/notes/unmarked')
  unmarked(): string {
    return 'no mark says who may see this';
  }

  @Post('v1/notes/broken')
  @Scopes('notes:write')
  broken(): never {
    throw new Error('Ana Souza, ana@example.com');
  }

  @Post('internal/v1/notes/:key')
  @Internal()
  inside(@Param('key') key: string): { key: string } {
    return { key };
  }

  @Get('v1/notes/around')
  @Scopes('notes:read')
  around(): Promise<unknown> {
    return this.internal.post('negotiation', '/internal/v1/notes/here', {}, { timeout_ms: 1_000 });
  }
}

@Injectable()
class DueNotes implements OnModuleInit {
  constructor(
    private readonly sweeps: Sweeps,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.sweeps.register({
      name: 'due-notes',
      nextDueAt: async () => (await this.database.query<{ at: Date | null }>('select min(due_at) as at from note'))[0]!.at,
      run: async (now) => {
        if (levers.leavesDue) return 0;
        const done = await this.database.query('update note set due_at = null, count = count + 100 where due_at <= $1 returning key', [now]);
        return done.length;
      },
    });
  }
}

@Module({ controllers: [NoteConsumer, NoteController], providers: [Notes, DueNotes] })
class NoteModule {}

/** Stands in the event map as `negotiation`, which consumes one event. */
export const toyService: Service = {
  name: 'negotiation',
  module: NoteModule,
  migrations: [CreateNotes1700000000001],
  resources: ['v1/notes', 'internal/v1/notes'],
};
