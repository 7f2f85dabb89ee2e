import { Clock } from '@emdia/clock';
import { customerKey } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner, step } from '@emdia/messaging';
import { Caller, IdempotencyKey, type Principal, Scopes } from '@emdia/runtime';
import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsInt, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { Negotiations } from '../negotiation/negotiations';
import { answered, creditorOf, Debts, documented, IsCivilDate, newId, OfCustomer, pageOf, readOne, readPage } from '../requests';
import { AgreementView, agreementView, cancelAgreement, INSTALMENTS_MAX, makeAgreement } from './agreement';

class InstalmentCommand {
  @ApiProperty({ format: 'date', description: 'Later than the instalment before' })
  @IsCivilDate()
  due_date!: string;

  @ApiProperty({ minimum: 1 })
  @IsInt()
  @Min(1)
  @Max(99_999_999_999)
  amount_cents!: number;
}

class AgreementCommand extends Debts {
  @ApiProperty({ type: [InstalmentCommand], minItems: 1, maxItems: INSTALMENTS_MAX })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(INSTALMENTS_MAX)
  @ValidateNested({ each: true })
  @Type(() => InstalmentCommand)
  instalments!: InstalmentCommand[];

  @ApiPropertyOptional({ minimum: 0, default: 0, description: 'Forgiven when the last instalment is paid' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(99_999_999_999)
  waived_cents?: number;
}

@ApiTags('agreements')
@Controller('v1/agreements')
export class AgreementsController {
  constructor(
    private readonly runner: Runner,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly negotiations: Negotiations,
  ) {}

  @Post()
  @Scopes('agreements:write')
  @ApiOperation({ summary: 'Agree on instalments; with the waiver they add up to what is open now' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiCreatedResponse({ schema: documented(AgreementView) })
  make(@Caller() caller: Principal, @Body() { customer_id, waived_cents = 0, ...command }: AgreementCommand, @IdempotencyKey() idempotencyKey?: string): Promise<AgreementView> {
    const creditorId = creditorOf(caller);
    const made = { ...command, waived_cents, agreement_id: newId(this.clock.now()), actor: caller.actor };
    const change = step(this.negotiations.withClosed, customerKey(creditorId, customer_id), (state, now) => makeAgreement(state, made, now));
    return answered(this.runner.change(change, { creditorId, idempotencyKey }));
  }

  @Get()
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'Agreements, the newest first' })
  @ApiOkResponse({ schema: pageOf(AgreementView) })
  list(@Caller() caller: Principal, @Query() query: OfCustomer) {
    const creditorId = creditorOf(caller);
    return this.database.transactionOf(creditorId, (tx) => readPage(tx, 'agreement', creditorId, query, agreementView));
  }

  @Get(':agreement_id')
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'One agreement' })
  @ApiOkResponse({ schema: documented(AgreementView) })
  async one(@Caller() caller: Principal, @Param('agreement_id', ParseUUIDPipe) agreement_id: string): Promise<AgreementView> {
    const agreement = await this.found(creditorOf(caller), agreement_id);
    return agreementView(agreement.customer_id, agreement);
  }

  @Post(':agreement_id/cancel')
  @HttpCode(200)
  @Scopes('agreements:write')
  @ApiOperation({ summary: 'Break an agreement by request; the debt returns less what was paid' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiOkResponse({ schema: documented(AgreementView) })
  async cancel(@Caller() caller: Principal, @Param('agreement_id', ParseUUIDPipe) agreement_id: string, @IdempotencyKey() idempotencyKey?: string): Promise<AgreementView> {
    const creditorId = creditorOf(caller);
    const { customer_id } = await this.found(creditorId, agreement_id);
    const change = step(this.negotiations.withClosed, customerKey(creditorId, customer_id), (state, now) => cancelAgreement(state, agreement_id, now));
    return answered(this.runner.change(change, { creditorId, idempotencyKey }));
  }

  private found(creditorId: string, agreement_id: string) {
    return this.database.transactionOf(creditorId, (tx) => readOne(tx, 'agreement', creditorId, agreement_id));
  }
}
