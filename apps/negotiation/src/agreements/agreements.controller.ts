import { Uuid } from '@emdia/contracts';
import { Answers, Caller, CustomerPage, ForCreditor, IdempotencyKey, IsCents, IsCivilDate, IsListOf, pageOf, PathId, type Principal, Scopes } from '@emdia/runtime';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Debts, Requests } from '../requests';
import { AgreementView, agreementView, cancelAgreement, INSTALMENTS_MAX, makeAgreement } from './agreement';

class InstalmentCommand {
  @IsCivilDate({ description: 'Later than the instalment before' })
  due_date!: string;

  @IsCents()
  amount_cents!: number;
}

class AgreementCommand extends Debts {
  @IsListOf(InstalmentCommand, { minItems: 1, maxItems: INSTALMENTS_MAX })
  instalments!: InstalmentCommand[];

  @IsCents({ optional: true, minimum: 0, default: 0, description: 'Forgiven when the last instalment is paid' })
  waived_cents?: number;
}

@ApiTags('agreements')
@Controller('v1/agreements')
export class AgreementsController {
  constructor(private readonly requests: Requests) {}

  @Post()
  @Scopes('agreements:write')
  @ApiOperation({ summary: 'Agree on instalments; with the waiver they add up to what is open now' })
  @Answers(AgreementView, 'Recorded', 201)
  make(@Caller() caller: Principal, @ForCreditor() creditorId: string, @Body() { customer_id, waived_cents = 0, ...command }: AgreementCommand, @IdempotencyKey() idempotencyKey?: string): Promise<AgreementView> {
    const made = { ...command, waived_cents, agreement_id: this.requests.newId(), actor: caller.actor };
    return this.requests.decide(creditorId, customer_id, (state, now) => makeAgreement(state, made, now), idempotencyKey);
  }

  @Get()
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'Agreements, the newest first' })
  @Answers(pageOf(AgreementView), 'A page')
  list(@ForCreditor() creditorId: string, @Query() query: CustomerPage) {
    return this.requests.list('agreement', creditorId, query, agreementView);
  }

  @Get(':agreement_id')
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'One agreement' })
  @Answers(AgreementView, 'As it stands now')
  one(@ForCreditor() creditorId: string, @PathId('agreement_id', Uuid) agreement_id: string): Promise<AgreementView> {
    return this.requests.one('agreement', creditorId, agreement_id, agreementView);
  }

  @Post(':agreement_id/cancel')
  @Scopes('agreements:write')
  @ApiOperation({ summary: 'Break an agreement by request; the debt returns less what was paid' })
  @Answers(AgreementView, 'As it stands now')
  cancel(@ForCreditor() creditorId: string, @PathId('agreement_id', Uuid) agreement_id: string, @IdempotencyKey() idempotencyKey?: string): Promise<AgreementView> {
    return this.requests.decideOn('agreement', creditorId, agreement_id, (state, now) => cancelAgreement(state, agreement_id, now), idempotencyKey);
  }
}
