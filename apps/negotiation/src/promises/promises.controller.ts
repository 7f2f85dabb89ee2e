import { Clock } from '@emdia/clock';
import { customerKey } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner, step } from '@emdia/messaging';
import { Caller, IdempotencyKey, type Principal, Scopes } from '@emdia/runtime';
import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { Negotiations } from '../negotiation/negotiations';
import { answered, creditorOf, Debts, documented, IsCivilDate, newId, OfCustomer, pageOf, readOne, readPage } from '../requests';
import { cancelPromise, makePromise, PromiseView, promiseView } from './promise';

class PromiseCommand extends Debts {
  @ApiPropertyOptional({ minimum: 1, description: 'All that is open, when left out' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(99_999_999_999)
  amount_cents?: number;

  @ApiProperty({ format: 'date', description: 'After today, at most 30 days ahead' })
  @IsCivilDate()
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
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiCreatedResponse({ schema: documented(PromiseView) })
  make(@Caller() caller: Principal, @Body() { customer_id, ...command }: PromiseCommand, @IdempotencyKey() idempotencyKey?: string): Promise<PromiseView> {
    const creditorId = creditorOf(caller);
    const made = { ...command, promise_id: newId(this.clock.now()), actor: caller.actor };
    const change = step(this.negotiations.withClosed, customerKey(creditorId, customer_id), (state, now) => makePromise(state, made, now));
    return answered(this.runner.change(change, { creditorId, idempotencyKey }));
  }

  @Get()
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'Promises, the newest first' })
  @ApiOkResponse({ schema: pageOf(PromiseView) })
  list(@Caller() caller: Principal, @Query() query: OfCustomer) {
    const creditorId = creditorOf(caller);
    return this.database.transactionOf(creditorId, (tx) => readPage(tx, 'promise', creditorId, query, promiseView));
  }

  @Get(':promise_id')
  @Scopes('negotiation:read')
  @ApiOperation({ summary: 'One promise' })
  @ApiOkResponse({ schema: documented(PromiseView) })
  async one(@Caller() caller: Principal, @Param('promise_id', ParseUUIDPipe) promise_id: string): Promise<PromiseView> {
    const promise = await this.found(creditorOf(caller), promise_id);
    return promiseView(promise.customer_id, promise);
  }

  @Post(':promise_id/cancel')
  @HttpCode(200)
  @Scopes('promises:write')
  @ApiOperation({ summary: 'End a promise by request; the debt is asked for again' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiOkResponse({ schema: documented(PromiseView) })
  async cancel(@Caller() caller: Principal, @Param('promise_id', ParseUUIDPipe) promise_id: string, @IdempotencyKey() idempotencyKey?: string): Promise<PromiseView> {
    const creditorId = creditorOf(caller);
    const { customer_id } = await this.found(creditorId, promise_id);
    const change = step(this.negotiations.withClosed, customerKey(creditorId, customer_id), (state, now) => cancelPromise(state, promise_id, now));
    return answered(this.runner.change(change, { creditorId, idempotencyKey }));
  }

  private found(creditorId: string, promise_id: string) {
    return this.database.transactionOf(creditorId, (tx) => readOne(tx, 'promise', creditorId, promise_id));
  }
}
