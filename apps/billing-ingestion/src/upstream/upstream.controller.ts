import { Body, Controller, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { upstreamContracts, UpstreamCustomerChanged, UpstreamInvoiceIssued, UpstreamPaymentReceived, UpstreamPaymentRefunded } from '@emdia/contracts';
import { Answers, Caller, IdempotencyKey, problem, schemaOf, Scopes, type Principal } from '@emdia/runtime';
import type { Request } from 'express';
import { ITEMS_MAX, Submissions, Submitted } from './submissions';

const CREDITOR = '`creditor_id` may be left out: then the creditor is the one the key acts for.';
const oneOrMany = (one: object) => ({ oneOf: [one, { type: 'array', items: one, minItems: 1, maxItems: ITEMS_MAX }] });
const CloudEvent = {
  type: 'object',
  required: ['specversion', 'id', 'source', 'type', 'data'],
  properties: {
    specversion: { type: 'string', enum: ['1.0'] },
    id: { type: 'string', minLength: 1, maxLength: 200 },
    source: { type: 'string', minLength: 1, maxLength: 200 },
    type: { type: 'string', enum: [...upstreamContracts.keys()] },
    data: { anyOf: [...upstreamContracts.values()].map((contract) => schemaOf(contract)) },
  },
};

const example = {
  specversion: '1.0', id: 'evt-1001', source: '/plataforma', type: 'upstream.invoice-issued.v1',
  data: {
    creditor_id: 'boa-forma', invoice_id: 'FAT-2026-001', number: '2026/001', issue_date: '2026-03-01', due_date: '2026-03-10', currency: 'BRL', amount_cents: 12990,
    customer: { customer_id: 'aluno-17', name: 'Maria da Silva', document: '529.982.247-25', email: 'maria@exemplo.com.br', state: 'SP', city_code: '3550308' },
  },
};

/** Upstream's door by REST: the same events, the same mapping as by Kafka. What is refused stays with the caller. */
@ApiTags('upstream')
@Controller('v1')
export class UpstreamController {
  constructor(private readonly submissions: Submissions) {}

  @Post('events')
  @Answers(Submitted, 'Taken in, item by item; what was refused is still the caller\'s', 202)
  @Scopes('events:write')
  @ApiConsumes('application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json')
  @ApiBody({ schema: { ...oneOrMany(CloudEvent), example } })
  @ApiOperation({ summary: 'Take in upstream CloudEvents, one or up to 500', description: 'Structured mode. The same id with other content is refused (409) and raises an alarm.' })
  events(@Body() body: unknown, @Caller() caller: Principal, @Req() request: Request, @IdempotencyKey() key?: string): Promise<Submitted> {
    if (request.is('application/cloudevents-batch+json') && !Array.isArray(body)) throw problem(400, 'invalid-request', 'Not a batch', 'A cloudevents-batch body is a JSON list.');
    return this.submissions.events(body, caller, key);
  }

  @Post('invoices')
  @Answers(Submitted, 'Taken in, item by item; what was refused is still the caller\'s', 202)
  @Scopes('invoices:write')
  @ApiBody({ schema: oneOrMany(schemaOf(UpstreamInvoiceIssued)) })
  @ApiOperation({ summary: 'Issue invoices, one or up to 500', description: CREDITOR })
  invoices(@Body() body: unknown, @Caller() caller: Principal, @IdempotencyKey() key?: string): Promise<Submitted> {
    return this.submissions.resource('invoices', body, caller, key);
  }

  @Post('payments')
  @Answers(Submitted, 'Taken in, item by item; what was refused is still the caller\'s', 202)
  @Scopes('payments:write')
  @ApiBody({ schema: oneOrMany(schemaOf(UpstreamPaymentReceived)) })
  @ApiOperation({ summary: 'Report payments received, one or up to 500', description: CREDITOR })
  payments(@Body() body: unknown, @Caller() caller: Principal, @IdempotencyKey() key?: string): Promise<Submitted> {
    return this.submissions.resource('payments', body, caller, key);
  }

  @Post('refunds')
  @Answers(Submitted, 'Taken in, item by item; what was refused is still the caller\'s', 202)
  @Scopes('payments:write')
  @ApiBody({ schema: oneOrMany(schemaOf(UpstreamPaymentRefunded)) })
  @ApiOperation({ summary: 'Report money given back, one or up to 500', description: CREDITOR })
  refunds(@Body() body: unknown, @Caller() caller: Principal, @IdempotencyKey() key?: string): Promise<Submitted> {
    return this.submissions.resource('refunds', body, caller, key);
  }

  @Post('customers')
  @Answers(Submitted, 'Taken in, item by item; what was refused is still the caller\'s', 202)
  @Scopes('customers:write')
  @ApiBody({ schema: oneOrMany(schemaOf(UpstreamCustomerChanged)) })
  @ApiOperation({ summary: 'Tell customers and their contact data, one or up to 500', description: CREDITOR })
  customers(@Body() body: unknown, @Caller() caller: Principal, @IdempotencyKey() key?: string): Promise<Submitted> {
    return this.submissions.resource('customers', body, caller, key);
  }
}
