import { Clock } from '@emdia/clock';
import { customerKey } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner, step } from '@emdia/messaging';
import { Caller, IdempotencyKey, type Principal, Scopes } from '@emdia/runtime';
import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { Negotiations } from '../negotiation/negotiations';
import { answered, creditorOf, Debts, documented, IsCivilDate, newId, OfCustomer, pageOf, readOne, readPage } from '../requests';
import { DisputeView, disputeView, type Outcome, OUTCOMES, raiseDispute, resolveDispute } from './dispute';

class DisputeCommand extends Debts {
  @ApiProperty({ minLength: 1, maxLength: 500, description: 'What the debtor contests, in their words' })
  @IsString()
  @Length(1, 500)
  reason!: string;

  @ApiPropertyOptional({ format: 'date', description: 'When somebody looks again: after today, at most 90 days ahead; ten days when left out' })
  @IsOptional()
  @IsCivilDate()
  review_date?: string;
}

class ResolveCommand {
  @ApiProperty({ enum: OUTCOMES, description: 'upheld: the debtor was right; rejected: the debt stands' })
  @IsIn(OUTCOMES)
  outcome!: Outcome;
}

@ApiTags('disputes')
@Controller('v1/disputes')
export class DisputesController {
  constructor(
    private readonly runner: Runner,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly negotiations: Negotiations,
  ) {}

  @Post()
  @Scopes('disputes:write')
  @ApiOperation({ summary: 'Record that the debtor contests a debt; collection of it stands still' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiCreatedResponse({ schema: documented(DisputeView) })
  raise(@Caller() caller: Principal, @Body() { customer_id, ...command }: DisputeCommand, @IdempotencyKey() idempotencyKey?: string): Promise<DisputeView> {
    const creditorId = creditorOf(caller);
    const raised = { ...command, dispute_id: newId(this.clock.now()), actor: caller.actor };
    const change = step(this.negotiations.withClosed, customerKey(creditorId, customer_id), (state, now) => raiseDispute(state, raised, now));
    return answered(this.runner.change(change, { creditorId, idempotencyKey }));
  }

  @Get()
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'Disputes, the newest first' })
  @ApiOkResponse({ schema: pageOf(DisputeView) })
  list(@Caller() caller: Principal, @Query() query: OfCustomer) {
    const creditorId = creditorOf(caller);
    return this.database.transactionOf(creditorId, (tx) => readPage(tx, 'dispute', creditorId, query, disputeView));
  }

  @Get(':dispute_id')
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'One dispute' })
  @ApiOkResponse({ schema: documented(DisputeView) })
  async one(@Caller() caller: Principal, @Param('dispute_id', ParseUUIDPipe) dispute_id: string): Promise<DisputeView> {
    const dispute = await this.found(creditorOf(caller), dispute_id);
    return disputeView(dispute.customer_id, dispute);
  }

  @Post(':dispute_id/resolve')
  @HttpCode(200)
  @Scopes('disputes:write')
  @ApiOperation({ summary: 'End a dispute with what was found' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiOkResponse({ schema: documented(DisputeView) })
  async resolve(
    @Caller() caller: Principal,
    @Param('dispute_id', ParseUUIDPipe) dispute_id: string,
    @Body() { outcome }: ResolveCommand,
    @IdempotencyKey() idempotencyKey?: string,
  ): Promise<DisputeView> {
    const creditorId = creditorOf(caller);
    const { customer_id } = await this.found(creditorId, dispute_id);
    const resolved = { dispute_id, outcome, actor: caller.actor };
    const change = step(this.negotiations.withClosed, customerKey(creditorId, customer_id), (state, now) => resolveDispute(state, resolved, now));
    return answered(this.runner.change(change, { creditorId, idempotencyKey }));
  }

  private found(creditorId: string, dispute_id: string) {
    return this.database.transactionOf(creditorId, (tx) => readOne(tx, 'dispute', creditorId, dispute_id));
  }
}
