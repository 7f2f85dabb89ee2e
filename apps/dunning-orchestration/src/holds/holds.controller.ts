import { randomUUID } from 'node:crypto';
import { Body, Controller, Delete, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsString, IsUUID, Length } from 'class-validator';
import { Type } from '@sinclair/typebox';
import { Actor, CivilDate, customerKey, derivedId, Instant, Uuid } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner, step } from '@emdia/messaging';
import { Answers, Caller, ForCreditor, IdempotencyKey, IsCivilDate, IsCustomerId, MayLack, orNull, PathId, problem, Scopes, type Principal } from '@emdia/runtime';
import { Cases } from '../cases/cases';
import { liftHold, placeHold } from './hold';
import { HOLD_KINDS, holdKinds, ruleOf, type HoldKind } from './kinds';

const closed = { additionalProperties: false };
const Kind = Type.Unsafe<HoldKind>({ enum: holdKinds });
const days = orNull(Type.Integer({ description: 'Null: its keeper says' }));

const HoldView = Type.Object(
  {
    hold_id: Uuid, receivable_ids: Type.Array(Uuid, { description: 'None: everything of the customer' }), kind: Kind, reason: Type.String(), begin_date: CivilDate, review_date: CivilDate,
    actor: Actor, placed_at: Instant, placed_with: orNull(Uuid), lifted: Type.Null(),
    task: orNull(Type.Object({ task_id: Uuid, queue: Type.String(), reason: Type.String() }, { ...closed, description: 'What a person is asked to do now' })),
  },
  closed,
);

const KindView = Type.Object(
  {
    kind: Kind, describes: Type.String(), kept_by: Type.String({ description: 'Who places and lifts it: people here, or a service by its own facts' }), days, days_max: days,
    covers: Type.String(), stops: Type.String({ description: 'Contacts, also the clock of the régua, or everything' }), ends_by: Type.String({ description: 'Date: by itself. Person: on its day a person is asked' }),
    follows: Type.String({ description: 'After its end by date' }), backdate_days_max: Type.Integer(), asks: orNull(Type.String()), cause: orNull(Type.String()),
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

  @IsCivilDate({ optional: true, description: 'When it ends, or a person is asked where only a person ends it; as the kind says when left out' })
  review_date?: string;
}

class LiftQuery {
  @MayLack({ minLength: 1, maxLength: 70, description: 'Why; must be given where only a person ends the hold' })
  @IsString()
  @Length(1, 70)
  reason?: string;
}

const SAME_PERSON = `select key from case_file
  where person_key = (select person_key from case_file where key = $1) and creditor_id = $2 and key <> $1 order by key`;

/** Stops that people put on collection. */
@ApiTags('holds')
@Controller('v1/holds')
export class HoldsController {
  constructor(
    private readonly runner: Runner,
    private readonly cases: Cases,
    private readonly database: Database,
  ) {}

  @Get('kinds')
  @Scopes('cases:read')
  @Answers(Type.Object({ items: Type.Array(KindView) }, closed), 'The kinds')
  @ApiOperation({ summary: 'The kinds of holds and the rules of each' })
  kinds() {
    return { items: holdKinds.map((kind) => ({ kind, ...HOLD_KINDS[kind] })) };
  }

  @Post()
  @Scopes('holds:write')
  @Answers(HoldView, 'Placed', 201)
  @ApiOperation({ summary: 'Stop collection until a day on which it ends or somebody looks again; where the kind is about the person, in every case of the person at the creditor' })
  async place(@Body() body: HoldCommand, @Caller() caller: Principal, @ForCreditor() creditorId: string, @IdempotencyKey() idempotencyKey: string | undefined) {
    const { customer_id, receivable_ids = [], ...told } = body;
    const key = customerKey(creditorId, customer_id);
    const wanted = { ...told, hold_id: randomUUID(), receivable_ids, actor: caller.actor };
    const others = ruleOf(told.kind).covers === 'person' ? await this.sameDebtor(key, creditorId) : [];
    const steps = [
      step(this.cases, key, (file, now) => placeHold(file, wanted, now)),
      ...others.map((other) => step(this.cases, other, (file, now) => placeHold(file, { ...wanted, hold_id: derivedId('hold', wanted.hold_id, other), placed_with: wanted.hold_id }, now))),
    ];
    const [placed] = await this.runner.changeAll(steps, { creditorId, idempotencyKey });
    return placed;
  }

  @Delete(':hold_id')
  @Scopes('holds:write')
  @Answers(null, 'Lifted', 204)
  @ApiOperation({ summary: 'Lift a hold before its day, with those that were placed with it in other cases of the person' })
  async lift(@PathId('hold_id', Uuid) holdId: string, @Query() { reason }: LiftQuery, @Caller() caller: Principal, @ForCreditor() creditorId: string): Promise<void> {
    const rows = await this.database.transactionOf(creditorId, (tx) =>
      tx.query<{ key: string; hold_id: string }>('select key, hold_id from hold where (hold_id = $1 or placed_with = $1) and lifted_at is null order by key', [holdId]));
    const by = { reason, actor: caller.actor };
    const lifted = await this.runner.changeAll(rows.map(({ key, hold_id }) => step(this.cases, key, (file, now) => liftHold(file, hold_id, by, now))), { creditorId });
    if (!lifted.includes(true)) throw problem(404, 'not-found', 'No such hold', 'It does not exist, or it was lifted before.');
  }

  private async sameDebtor(key: string, creditorId: string): Promise<string[]> {
    const rows = await this.database.transactionOf(creditorId, (tx) => tx.query<{ key: string }>(SAME_PERSON, [key, creditorId]));
    return rows.map((row) => row.key);
  }
}
