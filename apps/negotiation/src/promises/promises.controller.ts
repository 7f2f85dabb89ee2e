import { Clock } from '@emdia/clock';
import { customerKey, Uuid } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner, step } from '@emdia/messaging';
import { Answers, Caller, CustomerPage, ForCreditor, IdempotencyKey, IsCents, IsCivilDate, pageOf, PathId, type Principal, Scopes } from '@emdia/runtime';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Negotiations } from '../negotiation/negotiations';
import { Debts, newId, readOne, readPage } from '../requests';
import { cancelPromise, makePromise, PromiseView, promiseView } from './promise';

class PromiseCommand extends Debts {
  @IsCents({ optional: true, description: 'All that is open, when left out' })
  amount_cents?: number;

  @IsCivilDate({ description: 'After today, at most 30 days ahead' })
  promised_date!: string;
}

@ApiTags('promises')
@Controller('v1/promises')
export class PromisesController {
  constructor(
    private readonly runner: Runner,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly negotiations: Negotiations,
  ) {}

  @Post()
  @Scopes('promises:write')
  @ApiOperation({ summary: 'Record a promise to pay; nobody asks for the money before its day has passed' })
  @Answers(PromiseView, 'Recorded', 201)
  make(@Caller() caller: Principal, @ForCreditor() creditorId: string, @Body() { customer_id, ...command }: PromiseCommand, @IdempotencyKey() idempotencyKey?: string): Promise<PromiseView> {
    const made = { ...command, promise_id: newId(this.clock.now()), actor: caller.actor };
    const change = step(this.negotiations.withClosed, customerKey(creditorId, customer_id), (state, now) => makePromise(state, made, now));
    return this.runner.change(change, { creditorId, idempotencyKey });
  }

  @Get()
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'Promises, the newest first' })
  @Answers(pageOf(PromiseView), 'A page')
  list(@ForCreditor() creditorId: string, @Query() query: CustomerPage) {
    return this.database.transactionOf(creditorId, (tx) => readPage(tx, 'promise', creditorId, query, promiseView));
  }

  @Get(':promise_id')
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'One promise' })
  @Answers(PromiseView, 'As it stands now')
  async one(@ForCreditor() creditorId: string, @PathId('promise_id', Uuid) promise_id: string): Promise<PromiseView> {
    const promise = await this.found(creditorId, promise_id);
    return promiseView(promise.customer_id, promise);
  }

  @Post(':promise_id/cancel')
  @Scopes('promises:write')
  @ApiOperation({ summary: 'End a promise by request; the debt is asked for again' })
  @Answers(PromiseView, 'As it stands now')
  async cancel(@ForCreditor() creditorId: string, @PathId('promise_id', Uuid) promise_id: string, @IdempotencyKey() idempotencyKey?: string): Promise<PromiseView> {
    const { customer_id } = await this.found(creditorId, promise_id);
    const change = step(this.negotiations.withClosed, customerKey(creditorId, customer_id), (state, now) => cancelPromise(state, promise_id, now));
    return this.runner.change(change, { creditorId, idempotencyKey });
  }

  private found(creditorId: string, promise_id: string) {
    return this.database.transactionOf(creditorId, (tx) => readOne(tx, 'promise', creditorId, promise_id));
  }
}
