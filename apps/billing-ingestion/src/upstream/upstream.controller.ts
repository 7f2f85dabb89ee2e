import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { UpstreamCustomerChanged, UpstreamInvoiceIssued, UpstreamPaymentReceived, UpstreamPaymentRefunded, type Contract } from '@emdia/contracts';
import { Caller, IdempotencyKey, problem, schemaOf, Scopes, type Principal } from '@emdia/runtime';
import type { Request } from 'express';
import { Submissions, type Submitted } from './submissions';

const oneOrMany = (contract: Contract) => {
  const one = schemaOf(contract);
  const item = { ...one, required: (one.required ?? []).filter((name) => name !== 'creditor_id') };
  return { oneOf: [item, { type: 'array', items: item, maxItems: 500 }] };
};

const example = {
  specversion: '1.0', id: 'evt-1001', source: '/plataforma', type: 'upstream.invoice-issued.v1',
  data: {
    creditor_id: 'boa-forma', invoice_id: 'FAT-2026-001', number: '2026/001', issue_date: '2026-03-01', due_date: '2026-03-10', currency: 'BRL', amount_cents: 12990,
    customer: { customer_id: 'aluno-17', name: 'Maria da Silva', document: '529.982.247-25', email: 'maria@exemplo.com.br', state: 'SP' },
  },
};
const idempotent = ApiHeader({ name: 'Idempotency-Key', required: false, description: 'A repetition with the same key and body gets the first answer.' });

/** Upstream's door by REST: the same events, the same mapping as by Kafka. What is refused stays with the caller. */
@ApiTags('upstream')
@Controller('v1')
export class UpstreamController {
  constructor(private readonly submissions: Submissions) {}

  @Post('events')
  @HttpCode(202)
  @Scopes('events:write')
  @idempotent
  @ApiConsumes('application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json')
  @ApiBody({ schema: { oneOf: [{ type: 'object' }, { type: 'array', items: { type: 'object' }, maxItems: 500 }], example } })
  @ApiOperation({ summary: 'Take in upstream CloudEvents, one or up to 500', description: 'Structured mode. The same id with other content is refused (409) and raises an alarm.' })
  events(@Body() body: unknown, @Caller() caller: Principal, @Req() request: Request, @IdempotencyKey() key?: string): Promise<Submitted> {
    if (request.is('application/cloudevents-batch+json') && !Array.isArray(body)) throw problem(400, 'invalid-request', 'Not a batch', 'A cloudevents-batch body is a JSON list.');
    return this.submissions.events(body, caller, key);
  }

  @Post('invoices')
  @HttpCode(202)
  @Scopes('invoices:write')
  @idempotent
  @ApiBody({ schema: oneOrMany(UpstreamInvoiceIssued) })
  @ApiOperation({ summary: 'Issue invoices, one or up to 500' })
  invoices(@Body() body: unknown, @Caller() caller: Principal, @IdempotencyKey() key?: string): Promise<Submitted> {
    return this.submissions.resource('invoices', body, caller, key);
  }

  @Post('payments')
  @HttpCode(202)
  @Scopes('payments:write')
  @idempotent
  @ApiBody({ schema: oneOrMany(UpstreamPaymentReceived) })
  @ApiOperation({ summary: 'Report payments received, one or up to 500' })
  payments(@Body() body: unknown, @Caller() caller: Principal, @IdempotencyKey() key?: string): Promise<Submitted> {
    return this.submissions.resource('payments', body, caller, key);
  }

  @Post('refunds')
  @HttpCode(202)
  @Scopes('payments:write')
  @idempotent
  @ApiBody({ schema: oneOrMany(UpstreamPaymentRefunded) })
  @ApiOperation({ summary: 'Report money given back, one or up to 500' })
  refunds(@Body() body: unknown, @Caller() caller: Principal, @IdempotencyKey() key?: string): Promise<Submitted> {
    return this.submissions.resource('refunds', body, caller, key);
  }

  @Post('customers')
  @HttpCode(202)
  @Scopes('customers:write')
  @idempotent
  @ApiBody({ schema: oneOrMany(UpstreamCustomerChanged) })
  @ApiOperation({ summary: 'Tell customers and their contact data, one or up to 500' })
  customers(@Body() body: unknown, @Caller() caller: Principal, @IdempotencyKey() key?: string): Promise<Submitted> {
    return this.submissions.resource('customers', body, caller, key);
  }
}
