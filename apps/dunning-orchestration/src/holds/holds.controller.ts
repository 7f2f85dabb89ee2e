import { randomUUID } from 'node:crypto';
import { Body, Controller, Delete, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsOptional, IsString, IsUUID, Length, Matches, Validate, ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';
import { isCivilDate } from '@emdia/calendar';
import { customerKey } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner, step } from '@emdia/messaging';
import { Caller, IdempotencyKey, problem, Scopes, type Principal } from '@emdia/runtime';
import { Cases } from '../cases/cases';
import { creditorOf } from '../cases/cases.controller';
import { HOLD_DAYS_MAX, liftHold, placeHold } from './hold';

@ValidatorConstraint({ name: 'isCivilDate' })
class IsCivilDate implements ValidatorConstraintInterface {
  validate = isCivilDate;
  defaultMessage = () => '$property must be a date that exists, YYYY-MM-DD';
}

class HoldCommand {
  @ApiProperty({ example: 'C-1001' })
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,63}$/)
  customer_id!: string;

  @ApiPropertyOptional({ description: 'Leave out to hold everything of the customer.', type: [String] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(200)
  @IsUUID('all', { each: true })
  receivable_ids?: string[];

  @ApiProperty({ example: 'over-indebtedness', maxLength: 70 })
  @IsString()
  @Length(1, 70)
  reason!: string;

  @ApiProperty({ description: `At most ${HOLD_DAYS_MAX} days ahead; the hold ends when that day begins.`, example: '2026-05-04' })
  @Validate(IsCivilDate)
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
  async place(@Body() body: HoldCommand, @Caller() caller: Principal, @IdempotencyKey() idempotencyKey: string | undefined) {
    const creditorId = creditorOf(caller);
    const { customer_id, receivable_ids = [], reason, review_date } = body;
    const wanted = { hold_id: randomUUID(), receivable_ids, reason, review_date, actor: caller.actor };
    const placed = step(this.cases, customerKey(creditorId, customer_id), (file, now) => placeHold(file, wanted, now));
    return this.runner.change(placed, { creditorId, idempotencyKey });
  }

  @Delete(':hold_id')
  @HttpCode(204)
  @Scopes('holds:write')
  async lift(@Param('hold_id', ParseUUIDPipe) holdId: string, @Caller() caller: Principal): Promise<void> {
    const creditorId = creditorOf(caller);
    const [row] = await this.database.transactionOf(creditorId, (tx) => tx.query<{ key: string }>('select key from hold where hold_id = $1 and lifted_at is null', [holdId]));
    const by = { reason: 'lifted by request', actor: caller.actor };
    const lifted = row && (await this.runner.change(step(this.cases, row.key, (file, now) => liftHold(file, holdId, by, now)), { creditorId }));
    if (!lifted) throw problem(404, 'not-found', 'No such hold', 'It does not exist, or it was lifted before.');
  }
}
