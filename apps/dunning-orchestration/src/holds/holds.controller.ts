import { randomUUID } from 'node:crypto';
import { Body, Controller, Delete, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsString, IsUUID, Length } from 'class-validator';
import { Type } from '@sinclair/typebox';
import { Clock } from '@emdia/clock';
import { Actor, CivilDate, customerKey, Instant, Uuid } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner } from '@emdia/messaging';
import { Answers, Caller, ForCreditor, IdempotencyKey, IsCivilDate, IsCustomerId, MayLack, orNull, PathId, problem, Scopes, type Principal } from '@emdia/runtime';
import type { Hold } from '../cases/case-file';
import { Cases } from '../cases/cases';
import { creditorDay } from '../cases/plan';
import { HOLD_KINDS, holdKinds, type HoldKind } from './kinds';
import { holdOf, liftOf } from './person';
import { inWords, kindInWords } from './what-follows';

const closed = { additionalProperties: false };
const Kind = Type.Unsafe<HoldKind>({ enum: holdKinds });
const days = orNull(Type.Integer({ description: 'Null: its keeper says' }));

const HoldView = Type.Object(
  {
    hold_id: Uuid, receivable_ids: Type.Array(Uuid, { description: 'None: everything of the customer' }), kind: Kind, reason: Type.String(), begin_date: CivilDate, review_date: CivilDate,
    look_date: Type.String({ format: 'date', description: 'When somebody next looks at it: a person who is asked while it stands, or its end' }), what_follows: Type.String({ description: 'What follows and when, in words' }),
    actor: Actor, placed_at: Instant, placed_with: orNull(Uuid), lifted: Type.Null(), decided: Type.Null(),
    task: orNull(Type.Object({ task_id: Uuid, queue: Type.String(), reason: Type.String() }, { ...closed, description: 'What a person is asked to do now' })),
  },
  closed,
);

const KindView = Type.Object(
  {
    kind: Kind, describes: Type.String(), kept_by: Type.String({ description: 'Who places and lifts it: people here, or a service by its own facts' }), days, days_max: days,
    review_days: orNull(Type.Integer({ description: 'So often a person is asked while it stands; null: not before its end' })), what_follows: Type.String({ description: 'What follows and when, in words' }),
    covers: Type.String(), stops: Type.String({ description: 'Contacts, also the clock of the régua, or everything' }), ends_by: Type.String({ description: 'Date: by itself. Keeper: by the facts of whoever keeps it' }),
    follows: Type.String({ description: 'After its end by date: the régua, the régua after a person had time to look, or an owner who decides' }), backdate_days_max: Type.Integer(), asks: orNull(Type.String()), cause: orNull(Type.String()),
  },
  closed,
);

class HoldCommand {
  @IsCustomerId()
  customer_id!: string;

  @MayLack({ description: 'Leave out to hold everything of the customer.', type: 'array', items: { type: 'string', format: 'uuid' }, maxItems: 200, uniqueItems: true })
  @IsArray()
  @ArrayMaxSize(200)
  @ArrayUnique()
  @IsUUID('all', { each: true })
  receivable_ids?: string[];

  @MayLack({ enum: holdKinds, default: 'manual', description: 'Its rules: GET /v1/holds/kinds' })
  @IsIn(holdKinds)
  kind: HoldKind = 'manual';

  @ApiProperty({ example: 'perdeu o emprego', minLength: 1, maxLength: 70 })
  @IsString()
  @Length(1, 70)
  reason!: string;

  @IsCivilDate({ optional: true, description: 'The first day that counts: today when left out, before it as far back as the kind allows' })
  begin_date?: string;

  @IsCivilDate({ optional: true, description: 'When it ends by itself; as the kind says when left out' })
  review_date?: string;
}

class LiftQuery {
  @MayLack({ minLength: 1, maxLength: 70, description: 'Why; must be given where a person decides what follows' })
  @IsString()
  @Length(1, 70)
  reason?: string;
}

/** Stops that people put on collection. */
@ApiTags('holds')
@Controller('v1/holds')
export class HoldsController {
  constructor(
    private readonly runner: Runner,
    private readonly cases: Cases,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  @Get('kinds')
  @Scopes('cases:read')
  @Answers(Type.Object({ items: Type.Array(KindView) }, closed), 'The kinds')
  @ApiOperation({ summary: 'The kinds of holds and the rules of each' })
  kinds() {
    return { items: holdKinds.map((kind) => ({ kind, ...HOLD_KINDS[kind], what_follows: kindInWords(kind) })) };
  }

  @Post()
  @Scopes('holds:write')
  @Answers(HoldView, 'Placed', 201)
  @ApiOperation({ summary: 'Stop collection until a day on which it ends by itself; where the kind is about the person, in every case of the person at the creditor, those to come included' })
  async place(@Body() body: HoldCommand, @Caller() caller: Principal, @ForCreditor() creditorId: string, @IdempotencyKey() idempotencyKey: string | undefined) {
    const { customer_id, receivable_ids = [], ...told } = body;
    const key = customerKey(creditorId, customer_id);
    const wanted = { ...told, hold_id: randomUUID(), receivable_ids, actor: caller.actor };
    const placed = await this.runner.change(holdOf(this.cases, key, wanted), { creditorId, idempotencyKey });
    return { ...placed, what_follows: inWords({ ...placed, ended_on: null, undecided: false }, creditorDay(this.clock.now())) };
  }

  @Delete(':hold_id')
  @Scopes('holds:write')
  @Answers(null, 'Lifted', 204)
  @ApiOperation({ summary: 'Lift a hold before its day, or decide on its debts after it, with those that were placed with it in other cases of the person' })
  async lift(@PathId('hold_id', Uuid) holdId: string, @Query() { reason }: LiftQuery, @Caller() caller: Principal, @ForCreditor() creditorId: string): Promise<void> {
    // Where it is, and where its copies were put that are another person's by now; what stands is read behind the lock.
    const rows = await this.database.transactionOf(creditorId, (tx) =>
      tx.query<Pick<Hold, 'hold_id' | 'kind' | 'placed_with'> & { key: string }>('select key, hold_id, kind, placed_with from hold where hold_id = $1 or placed_with = $1', [holdId]));
    const wanted = rows.find(({ hold_id }) => hold_id === holdId);
    const lifted = wanted && (await this.runner.change(liftOf(this.cases, wanted, rows.map(({ key }) => key), { reason, actor: caller.actor }), { creditorId }));
    if (!lifted) throw problem(404, 'not-found', 'No such hold', 'It does not exist, or nothing of it is left to lift or to decide.');
  }
}
