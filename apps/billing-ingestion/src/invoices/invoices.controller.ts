import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '@emdia/database';
import { CivilDate, Currency, CustomerId, oneOf, PositiveCents, Reference, Uuid } from '@emdia/contracts';
import { Answers, cursorOf, CustomerPage, ForCreditor, orNull, paged, pageOf, PathId, problem, Scopes } from '@emdia/runtime';
import { Type, type Static } from '@sinclair/typebox';

/** An invoice as the upstream has told it so far; what is owed on it is reconciliation's to say. */
const ListedInvoice = Type.Object(
  {
    invoice_id: Reference, receivable_id: Uuid, status: oneOf('awaited', 'open', 'cancelled'), customer_id: orNull(CustomerId), number: orNull(Reference),
    description: orNull(Type.String()), issue_date: orNull(CivilDate), issued_due_date: orNull(CivilDate), due_date: orNull(CivilDate),
    issued_amount_cents: orNull(PositiveCents), amount_cents: orNull(PositiveCents), currency: orNull(Currency), cancel_reason: orNull(Type.String()), source_version: Type.Integer(),
  },
  { additionalProperties: false },
);
type ListedInvoice = Static<typeof ListedInvoice>;

const SELECT = `select invoice_id, receivable_id, status, customer_id, number, description, issue_date::text, issued_due_date::text, due_date::text,
  issued_amount_cents::float8 as issued_amount_cents, amount_cents::float8 as amount_cents, currency, cancel_reason, source_version from invoice`;

@ApiTags('invoices')
@Controller('v1/invoices')
export class InvoicesController {
  constructor(private readonly database: Database) {}

  @Get()
  @Scopes('invoices:read')
  @Answers(pageOf(ListedInvoice), 'A page')
  @ApiOperation({ summary: 'Invoices as the upstream told them, by invoice id' })
  async list(@Query() query: CustomerPage, @ForCreditor() creditorId: string): Promise<unknown> {
    const rows = await this.database.transactionOf(creditorId, (tx) =>
      tx.query<ListedInvoice>(
        `${SELECT} where creditor_id = $1 and ($2::text is null or customer_id = $2) and ($3::text is null or invoice_id > $3) order by invoice_id limit $4`,
        [creditorId, query.customer_id ?? null, cursorOf(query, 'text')?.[0] ?? null, query.limit + 1],
      ),
    );
    return paged(rows, query.limit, ({ invoice_id }) => [invoice_id]);
  }

  @Get(':invoice_id')
  @Scopes('invoices:read')
  @Answers(ListedInvoice, 'The invoice')
  @ApiOperation({ summary: 'One invoice as the upstream told it' })
  async one(@PathId('invoice_id', Reference) invoiceId: string, @ForCreditor() creditorId: string): Promise<ListedInvoice> {
    const [row] = await this.database.transactionOf(creditorId, (tx) => tx.query<ListedInvoice>(`${SELECT} where creditor_id = $1 and invoice_id = $2`, [creditorId, invoiceId]));
    if (!row) throw problem(404, 'not-found', 'No such invoice', 'This creditor has no invoice of that id.');
    return row;
  }
}
