import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn, IsString, IsUUID, Length } from 'class-validator';
import { Reference, UnappliedReason } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner } from '@emdia/messaging';
import { Answers, Caller, cursorOf, ForCreditor, IdempotencyKey, IsCents, MayLack, Page, paged, pageOf, PathId, problem, Scopes, type Principal } from '@emdia/runtime';
import { Accounts } from './accounts';
import { applyPayment, type Applied } from './applications';
import { AppliedView, UnappliedView } from './views';

class ApplyCommand {
  @ApiProperty({ format: 'uuid' })
  @IsUUID('all')
  receivable_id!: string;

  @IsCents({ optional: true, description: 'Leave out to apply all that is unapplied.' })
  amount_cents?: number;

  @MayLack({ minLength: 1, maxLength: 40, description: 'Needed only where two sources use this payment id.' })
  @IsString()
  @Length(1, 40)
  source?: string;
}

const REASONS = (UnappliedReason as unknown as { anyOf: { const: UnappliedReason }[] }).anyOf.map((each) => each.const);

class UnappliedQuery extends Page {
  @MayLack({ enum: REASONS, description: 'Why it waits: `paid-twice` is a second payment of what was paid, `overpaid` what is too much of one.' })
  @IsIn(REASONS)
  reason?: UnappliedReason;
}

const LIST = `
  select source, payment_id, customer_id, reference, currency, received_cents::float8 as received_cents, refunded_cents::float8 as refunded_cents,
    unapplied_cents::float8 as unapplied_cents, unapplied_reason as reason, coalesce(credit_fee_cents, fee_cents)::float8 as fee_cents, credited, paid_date::text as paid_date, recorded_at,
    (select json_build_object('source', o.source, 'payment_id', o.payment_id) from payment o
       where o.creditor_id = payment.creditor_id and o.source <> payment.source and o.received_cents = payment.received_cents
         and (o.payment_id = payment.payment_id or (o.account_key = payment.account_key and o.paid_date = payment.paid_date)) order by o.source, o.payment_id limit 1) as perhaps_same_as
  from payment where creditor_id = $1 and unapplied_cents > 0 and ($6::text is null or unapplied_reason = $6) and ($2::timestamptz is null or (recorded_at, source, payment_id) > ($2, $3, $4))
  order by recorded_at, source, payment_id limit $5`;

type Row = { readonly source: string; readonly payment_id: string; readonly recorded_at: Date };

/** Money that no receivable takes by itself: a person decides, or gives it back. */
@ApiTags('unapplied')
@Controller('v1/unapplied')
export class UnappliedController {
  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    private readonly accounts: Accounts,
  ) {}

  @Get()
  @Scopes('unapplied:read')
  @Answers(pageOf(UnappliedView), 'A page')
  @ApiOperation({ summary: 'Money that no receivable takes by itself, the oldest first' })
  async list(@Query() page: UnappliedQuery, @ForCreditor() creditorId: string) {
    const [at = null, source = null, payment = null] = cursorOf(page, 'instant', 'text', 'text') ?? [];
    const rows = await this.database.transactionOf(creditorId, (tx) => tx.query<Row>(LIST, [creditorId, at, source, payment, page.limit + 1, page.reason ?? null]));
    return paged(rows, page.limit, ({ recorded_at, source: from, payment_id }) => [recorded_at, from, payment_id]);
  }

  @Post(':payment_id/apply')
  @Scopes('unapplied:write')
  @Answers(AppliedView, 'Applied')
  @ApiOperation({ summary: 'Apply unapplied money to a receivable of the same creditor' })
  async apply(
    @PathId('payment_id', Reference) paymentId: string, @Body() body: ApplyCommand, @Caller() caller: Principal, @ForCreditor() creditorId: string, @IdempotencyKey() idempotencyKey: string | undefined,
  ): Promise<Applied> {
    const { receivable_id, amount_cents, source } = body;
    const { from, to } = await this.find(creditorId, paymentId, source, receivable_id);
    const step = applyPayment(this.accounts, from.account_key, to, { source: from.source, payment_id: paymentId, receivable_id, amount_cents, actor: caller.actor });
    return this.runner.change(step, { creditorId, idempotencyKey });
  }

  private async find(creditorId: string, paymentId: string, source: string | undefined, receivableId: string) {
    return this.database.transactionOf(creditorId, async (tx) => {
      const payments = await tx.query<{ account_key: string; source: string }>(
        'select account_key, source from payment where creditor_id = $1 and payment_id = $2 and ($3::text is null or source = $3)', [creditorId, paymentId, source ?? null]);
      const [receivable] = await tx.query<{ account_key: string }>(`select account_key from receivable where receivable_id = $1 and status <> 'unissued'`, [receivableId]);
      if (payments.length === 0) throw problem(404, 'not-found', 'No such payment', 'Take the payment id from GET /v1/unapplied.');
      if (!receivable) throw problem(404, 'not-found', 'No such receivable', 'Take the receivable id from GET /v1/receivables.');
      if (payments.length > 1) throw problem(409, 'ambiguous-payment', 'Several payments have this id', 'Name the `source` in the body; GET /v1/unapplied tells it.');
      return { from: payments[0]!, to: receivable.account_key };
    });
  }
}
