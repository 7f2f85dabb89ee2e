import { Clock } from '@emdia/clock';
import { customerKey, Uuid } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner, step } from '@emdia/messaging';
import { Answers, Caller, CustomerPage, ForCreditor, IdempotencyKey, IsCents, IsCivilDate, IsListOf, pageOf, PathId, type Principal, Scopes } from '@emdia/runtime';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Negotiations } from '../negotiation/negotiations';
import { Debts, newId, readOne, readPage } from '../requests';
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
  constructor(
    private readonly runner: Runner,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly negotiations: Negotiations,
  ) {}

  @Post()
  @Scopes('agreements:write')
  @ApiOperation({ summary: 'Agree on instalments; with the waiver they add up to what is open now' })
  @Answers(AgreementView, 'Recorded', 201)
  make(@Caller() caller: Principal, @ForCreditor() creditorId: string, @Body() { customer_id, waived_cents = 0, ...command }: AgreementCommand, @IdempotencyKey() idempotencyKey?: string): Promise<AgreementView> {
    const made = { ...command, waived_cents, agreement_id: newId(this.clock.now()), actor: caller.actor };
    const change = step(this.negotiations.withClosed, customerKey(creditorId, customer_id), (state, now) => makeAgreement(state, made, now));
    return this.runner.change(change, { creditorId, idempotencyKey });
  }

  @Get()
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'Agreements, the newest first' })
  @Answers(pageOf(AgreementView), 'A page')
  list(@ForCreditor() creditorId: string, @Query() query: CustomerPage) {
    return this.database.transactionOf(creditorId, (tx) => readPage(tx, 'agreement', creditorId, query, agreementView));
  }

  @Get(':agreement_id')
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'One agreement' })
  @Answers(AgreementView, 'As it stands now')
  async one(@ForCreditor() creditorId: string, @PathId('agreement_id', Uuid) agreement_id: string): Promise<AgreementView> {
    const agreement = await this.found(creditorId, agreement_id);
    return agreementView(agreement.customer_id, agreement);
  }

  @Post(':agreement_id/cancel')
  @Scopes('agreements:write')
  @ApiOperation({ summary: 'Break an agreement by request; the debt returns less what was paid' })
  @Answers(AgreementView, 'As it stands now')
  async cancel(@ForCreditor() creditorId: string, @PathId('agreement_id', Uuid) agreement_id: string, @IdempotencyKey() idempotencyKey?: string): Promise<AgreementView> {
    const { customer_id } = await this.found(creditorId, agreement_id);
    const change = step(this.negotiations.withClosed, customerKey(creditorId, customer_id), (state, now) => cancelAgreement(state, agreement_id, now));
    return this.runner.change(change, { creditorId, idempotencyKey });
  }

  private found(creditorId: string, agreement_id: string) {
    return this.database.transactionOf(creditorId, (tx) => readOne(tx, 'agreement', creditorId, agreement_id));
  }
}
