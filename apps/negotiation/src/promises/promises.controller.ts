import { Uuid } from '@emdia/contracts';
import { Answers, Caller, CustomerPage, ForCreditor, IdempotencyKey, IsCents, IsCivilDate, pageOf, PathId, type Principal, Scopes } from '@emdia/runtime';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Debts, Requests } from '../requests';
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
  constructor(private readonly requests: Requests) {}

  @Post()
  @Scopes('promises:write')
  @ApiOperation({ summary: 'Record a promise to pay; nobody asks for the money before its day has passed' })
  @Answers(PromiseView, 'Recorded', 201)
  make(@Caller() caller: Principal, @ForCreditor() creditorId: string, @Body() { customer_id, ...command }: PromiseCommand, @IdempotencyKey() idempotencyKey?: string): Promise<PromiseView> {
    const made = { ...command, promise_id: this.requests.newId(), actor: caller.actor };
    return this.requests.decide(creditorId, customer_id, (state, now) => makePromise(state, made, now), idempotencyKey);
  }

  @Get()
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'Promises, the newest first' })
  @Answers(pageOf(PromiseView), 'A page')
  list(@ForCreditor() creditorId: string, @Query() query: CustomerPage) {
    return this.requests.list('promise', creditorId, query, promiseView);
  }

  @Get(':promise_id')
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'One promise' })
  @Answers(PromiseView, 'As it stands now')
  one(@ForCreditor() creditorId: string, @PathId('promise_id', Uuid) promise_id: string): Promise<PromiseView> {
    return this.requests.one('promise', creditorId, promise_id, promiseView);
  }

  @Post(':promise_id/cancel')
  @Scopes('promises:write')
  @ApiOperation({ summary: 'End a promise by request; the debt is asked for again' })
  @Answers(PromiseView, 'As it stands now')
  cancel(@ForCreditor() creditorId: string, @PathId('promise_id', Uuid) promise_id: string, @IdempotencyKey() idempotencyKey?: string): Promise<PromiseView> {
    return this.requests.decideOn('promise', creditorId, promise_id, (state, now) => cancelPromise(state, promise_id, now), idempotencyKey);
  }
}
