import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Database } from '@emdia/database';
import { Caller, cursorOf, Page, paged, problem, Scopes, type Principal } from '@emdia/runtime';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { creditorOf } from '../upstream/callers';

/** An invoice as the upstream has told it so far; what is owed on it is reconciliation's to say. */
interface ListedInvoice {
  readonly invoice_id: string;
  readonly receivable_id: string;
  readonly status: 'awaited' | 'open' | 'cancelled';
}

class InvoiceQuery extends Page {
  @ApiPropertyOptional({ example: 'aluno-17' }) @IsOptional() @IsString() @MaxLength(64)
  customer_id?: string;
}

const SELECT = `select invoice_id, receivable_id, status, customer_id, number, description, issue_date::text, issued_due_date::text, due_date::text,
  issued_amount_cents::float8 as issued_amount_cents, amount_cents::float8 as amount_cents, currency, cancel_reason, source_version from invoice`;

@ApiTags('invoices')
@Controller('v1/invoices')
export class InvoicesController {
  constructor(private readonly database: Database) {}

  @Get()
  @Scopes('invoices:read')
  @ApiOperation({ summary: 'Invoices as the upstream told them, by invoice id' })
  async list(@Query() query: InvoiceQuery, @Caller() caller: Principal): Promise<unknown> {
    const creditorId = creditorOf(caller);
    const rows = await this.database.transactionOf(creditorId, (tx) =>
      tx.query<ListedInvoice>(
        `${SELECT} where creditor_id = $1 and ($2::text is null or customer_id = $2) and ($3::text is null or invoice_id > $3) order by invoice_id limit $4`,
        [creditorId, query.customer_id ?? null, cursorOf(query)?.[0] ?? null, query.limit + 1],
      ),
    );
    return paged(rows, query.limit, ({ invoice_id }) => [invoice_id]);
  }

  @Get(':invoice_id')
  @Scopes('invoices:read')
  @ApiOperation({ summary: 'One invoice as the upstream told it' })
  async one(@Param('invoice_id') invoiceId: string, @Caller() caller: Principal): Promise<ListedInvoice> {
    const creditorId = creditorOf(caller);
    const [row] = await this.database.transactionOf(creditorId, (tx) => tx.query<ListedInvoice>(`${SELECT} where creditor_id = $1 and invoice_id = $2`, [creditorId, invoiceId]));
    if (!row) throw problem(404, 'not-found', 'No such invoice', 'This creditor has no invoice of that id.');
    return row;
  }
}
