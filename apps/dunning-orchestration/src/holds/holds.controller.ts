import { randomUUID } from 'node:crypto';
import { Body, Controller, Delete, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsString, IsUUID, Length } from 'class-validator';
import { Type } from '@sinclair/typebox';
import { Actor, CivilDate, customerKey, Instant, Uuid } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner, step } from '@emdia/messaging';
import { Answers, Caller, ForCreditor, IdempotencyKey, IsCivilDate, IsCustomerId, MayLack, PathId, problem, Scopes, type Principal } from '@emdia/runtime';
import { Cases } from '../cases/cases';
import { HOLD_DAYS_MAX, liftHold, placeHold } from './hold';

const HoldView = Type.Object(
  { hold_id: Uuid, receivable_ids: Type.Array(Uuid, { description: 'None: everything of the customer' }), reason: Type.String(), review_date: CivilDate, actor: Actor, placed_at: Instant, lifted: Type.Null() },
  { additionalProperties: false },
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

  @ApiProperty({ example: 'over-indebtedness', minLength: 1, maxLength: 70 })
  @IsString()
  @Length(1, 70)
  reason!: string;

  @IsCivilDate({ description: `At most ${HOLD_DAYS_MAX} days ahead; the hold ends when that day begins.` })
  review_date!: string;
}

/** Stops that people put on collection. */
@ApiTags('holds')
@Controller('v1/holds')
export class HoldsController {
  constructor(
    private readonly runner: Runner,
    private readonly cases: Cases,
    private readonly database: Database,
  ) {}

  @Post()
  @Scopes('holds:write')
  @Answers(HoldView, 'Placed', 201)
  @ApiOperation({ summary: 'Stop collection until a day on which somebody looks again' })
  async place(@Body() body: HoldCommand, @Caller() caller: Principal, @ForCreditor() creditorId: string, @IdempotencyKey() idempotencyKey: string | undefined) {
    const { customer_id, receivable_ids = [], reason, review_date } = body;
    const wanted = { hold_id: randomUUID(), receivable_ids, reason, review_date, actor: caller.actor };
    const placed = step(this.cases, customerKey(creditorId, customer_id), (file, now) => placeHold(file, wanted, now));
    return this.runner.change(placed, { creditorId, idempotencyKey });
  }

  @Delete(':hold_id')
  @Scopes('holds:write')
  @Answers(null, 'Lifted', 204)
  @ApiOperation({ summary: 'Lift a hold before its day' })
  async lift(@PathId('hold_id', Uuid) holdId: string, @Caller() caller: Principal, @ForCreditor() creditorId: string): Promise<void> {
    const [row] = await this.database.transactionOf(creditorId, (tx) => tx.query<{ key: string }>('select key from hold where hold_id = $1 and lifted_at is null', [holdId]));
    const by = { reason: 'lifted by request', actor: caller.actor };
    const lifted = row && (await this.runner.change(step(this.cases, row.key, (file, now) => liftHold(file, holdId, by, now)), { creditorId }));
    if (!lifted) throw problem(404, 'not-found', 'No such hold', 'It does not exist, or it was lifted before.');
  }
}
