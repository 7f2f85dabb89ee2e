import { Uuid } from '@emdia/contracts';
import { Answers, Caller, CustomerPage, ForCreditor, IdempotencyKey, IsCivilDate, pageOf, PathId, type Principal, Scopes } from '@emdia/runtime';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn, IsString, Length } from 'class-validator';
import { Debts, Requests } from '../requests';
import { DisputeView, disputeView, type Outcome, OUTCOMES, raiseDispute, resolveDispute } from './dispute';

class DisputeCommand extends Debts {
  @ApiProperty({ minLength: 1, maxLength: 500, description: 'What the debtor contests, in their words' })
  @IsString()
  @Length(1, 500)
  reason!: string;

  @IsCivilDate({ optional: true, description: 'When somebody looks again: after today, at most 90 days ahead; ten days when left out' })
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
  constructor(private readonly requests: Requests) {}

  @Post()
  @Scopes('disputes:write')
  @ApiOperation({ summary: 'Record that the debtor contests a debt; collection of it stands still' })
  @Answers(DisputeView, 'Recorded', 201)
  raise(@Caller() caller: Principal, @ForCreditor() creditorId: string, @Body() { customer_id, ...command }: DisputeCommand, @IdempotencyKey() idempotencyKey?: string): Promise<DisputeView> {
    const raised = { ...command, dispute_id: this.requests.newId(), actor: caller.actor };
    return this.requests.decide(creditorId, customer_id, (state, now) => raiseDispute(state, raised, now), idempotencyKey);
  }

  @Get()
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'Disputes, the newest first' })
  @Answers(pageOf(DisputeView), 'A page')
  list(@ForCreditor() creditorId: string, @Query() query: CustomerPage) {
    return this.requests.list('dispute', creditorId, query, disputeView);
  }

  @Get(':dispute_id')
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'One dispute' })
  @Answers(DisputeView, 'As it stands now')
  one(@ForCreditor() creditorId: string, @PathId('dispute_id', Uuid) dispute_id: string): Promise<DisputeView> {
    return this.requests.one('dispute', creditorId, dispute_id, disputeView);
  }

  @Post(':dispute_id/resolve')
  @Scopes('disputes:write')
  @ApiOperation({ summary: 'End a dispute with what was found' })
  @Answers(DisputeView, 'As it stands now')
  resolve(
    @Caller() caller: Principal,
    @ForCreditor() creditorId: string,
    @PathId('dispute_id', Uuid) dispute_id: string,
    @Body() { outcome }: ResolveCommand,
    @IdempotencyKey() idempotencyKey?: string,
  ): Promise<DisputeView> {
    const resolved = { dispute_id, outcome, actor: caller.actor };
    return this.requests.decideOn('dispute', creditorId, dispute_id, (state, now) => resolveDispute(state, resolved, now), idempotencyKey);
  }
}
