import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn, IsString, Length } from 'class-validator';
import { Uuid } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner } from '@emdia/messaging';
import { Answers, Caller, cursorOf, CustomerPage, ForCreditor, IdempotencyKey, MayLack, paged, pageOf, PathId, type Principal, problem, Scopes } from '@emdia/runtime';
import { Accounts } from './accounts';
import { ExplainedReceivable, ReceivableView, WrittenOffView } from './views';
import { type Decided, decideWriteOff } from './write-offs';

const STATUSES = ['open', 'settled', 'cancelled', 'written-off'] as const;

class ReceivablesQuery extends CustomerPage {
  @MayLack({ enum: STATUSES })
  @IsIn(STATUSES)
  status?: (typeof STATUSES)[number];
}

class Reason {
  @ApiProperty({ minLength: 3, maxLength: 200, description: 'Kept with who said it; name nobody here' })
  @IsString()
  @Length(3, 200)
  reason!: string;
}

const CENTS = ['amount_cents', 'paid_cents', 'waived_cents', 'written_off_cents', 'open_cents'].map((name) => `${name}::float8 as ${name}`).join(', ');
const COLUMNS = `receivable_id, version, customer_id, invoice_id, number, description, currency, ${CENTS}, status, collectability, review_date::text as review_date,
  issue_date::text as issue_date, original_due_date::text as original_due_date, effective_due_date::text as effective_due_date, settled_on::text as settled_on, charge_policy, instruments`;

const LIST = `
  select ${COLUMNS} from receivable
  where creditor_id = $1 and status <> 'unissued' and ($2::text is null or customer_id = $2) and ($3::text is null or status = $3)
    and ($4::date is null or (original_due_date, receivable_id) > ($4, $5::uuid))
  order by receivable.original_due_date, receivable_id limit $6`;

const LINES = `
  select e.id as entry_id, e.cause, e.event_id, e.recorded_at, p.account, p.source, p.payment_id, p.amount_cents::float8 as amount_cents, e.currency
  from posting p join entry e on e.creditor_id = p.creditor_id and e.id = p.entry_id where p.receivable_id = $1 order by e.recorded_at, e.id, p.line`;

const PAYMENTS = `
  select a.source, a.payment_id, a.principal_cents::float8 as principal_cents, a.fine_cents::float8 as fine_cents, a.interest_cents::float8 as interest_cents,
    a.difference_cents::float8 as difference_cents, a.discount_cents::float8 as discount_cents, p.paid_date::text as paid_date
  from allocation a join payment p on p.account_key = a.account_key and p.source = a.source and p.payment_id = a.payment_id
  where a.receivable_id = $1 and a.principal_cents + a.fine_cents + a.interest_cents + a.difference_cents + a.discount_cents > 0 order by p.paid_date, a.source, a.payment_id`;

const HISTORY = `
  select version, collectability, status, open_cents::float8 as open_cents, recorded_at from collectability_change where receivable_id = $1 order by version`;

type Row = { readonly original_due_date: string; readonly receivable_id: string };

/** Receivables as they stand, with everything that was posted on them and every version they had. */
@ApiTags('receivables')
@Controller('v1/receivables')
export class ReceivablesController {
  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    private readonly accounts: Accounts,
  ) {}

  @Get()
  @Scopes('ledger:read')
  @Answers(pageOf(ReceivableView), 'A page')
  @ApiOperation({ summary: 'Receivables as they stand, by original due date' })
  async list(@Query() query: ReceivablesQuery, @ForCreditor() creditorId: string) {
    const [date = null, id = null] = cursorOf(query, 'date', 'uuid') ?? [];
    const values = [creditorId, query.customer_id ?? null, query.status ?? null, date, id, query.limit + 1];
    const rows = await this.database.transactionOf(creditorId, (tx) => tx.query<Row>(LIST, values));
    return paged(rows, query.limit, ({ original_due_date, receivable_id }) => [original_due_date, receivable_id]);
  }

  @Get(':receivable_id')
  @Scopes('ledger:read')
  @Answers(ExplainedReceivable, 'The receivable')
  @ApiOperation({ summary: 'One receivable, with everything that was posted on it and every version it had' })
  async explain(@PathId('receivable_id', Uuid) receivableId: string, @ForCreditor() creditorId: string) {
    return this.database.transactionOf(creditorId, async (tx) => {
      const [receivable] = await tx.query<Row>(`select ${COLUMNS}, write_offs from receivable where receivable_id = $1 and status <> 'unissued'`, [receivableId]);
      if (!receivable) throw problem(404, 'not-found', 'No such receivable', 'Check the id; an invoice becomes a receivable a moment after it was accepted.');
      return {
        ...receivable,
        payments: await tx.query(PAYMENTS, [receivableId]),
        lines: await tx.query(LINES, [receivableId]),
        history: await tx.query(HISTORY, [receivableId]),
      };
    });
  }

  @Post(':receivable_id/write-off')
  @Scopes('ledger:write')
  @Answers(WrittenOffView, 'Written off')
  @ApiOperation({ summary: 'Give a receivable up in the books', description: 'Nobody asks for it any more. It is not forgiven: what is still paid on it is a recovery, and reinstating opens it again.' })
  writeOff(@PathId('receivable_id', Uuid) receivableId: string, @Body() { reason }: Reason, @Caller() caller: Principal, @ForCreditor() creditorId: string, @IdempotencyKey() idempotencyKey?: string) {
    return this.decide(receivableId, { written_off: true, reason, actor: caller.actor }, creditorId, idempotencyKey);
  }

  @Post(':receivable_id/reinstate')
  @Scopes('ledger:write')
  @Answers(WrittenOffView, 'Open again')
  @ApiOperation({ summary: 'Take up again what was written off' })
  reinstate(@PathId('receivable_id', Uuid) receivableId: string, @Body() { reason }: Reason, @Caller() caller: Principal, @ForCreditor() creditorId: string, @IdempotencyKey() idempotencyKey?: string) {
    return this.decide(receivableId, { written_off: false, reason, actor: caller.actor }, creditorId, idempotencyKey);
  }

  private async decide(receivable_id: string, said: { written_off: boolean; reason: string; actor: string }, creditorId: string, idempotencyKey: string | undefined): Promise<Decided> {
    const [receivable] = await this.database.transactionOf(creditorId, (tx) => tx.query<{ account_key: string }>(`select account_key from receivable where receivable_id = $1 and status <> 'unissued'`, [receivable_id]));
    if (!receivable) throw problem(404, 'not-found', 'No such receivable', 'Take the receivable id from GET /v1/receivables.');
    return this.runner.change(decideWriteOff(this.accounts, receivable.account_key, { receivable_id, ...said }), { creditorId, idempotencyKey });
  }
}
