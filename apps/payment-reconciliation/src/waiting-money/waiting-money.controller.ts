import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Type } from '@sinclair/typebox';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn, IsString, IsUUID, Length } from 'class-validator';
import { Actor, CivilDate, Currency, CustomerId, Instant, oneOf, Reference, Text, Uuid } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Answers, Caller, cursorOf, ForCreditor, IdempotencyKey, MayLack, Page, paged, pageOf, PathId, problem, Scopes, type Principal } from '@emdia/runtime';
import { inWords, type Suggestion } from '../matching';
import { Placing } from './placing';
import { STATUSES, type Waiting, WAITING } from './waiting';
import { WAITING_COLUMNS } from './waiting-moneys';

const closed = { additionalProperties: false };
const Cents = Type.Integer({ minimum: 0 });
const SuggestionView = Type.Object(
  {
    points: Type.Integer({ minimum: 0, maximum: 1_000 }),
    parts: Type.Array(Type.Object({ receivable_id: Uuid, customer_id: CustomerId, amount_cents: Cents, deducted_cents: Cents }, closed)),
    why: Type.Array(Type.String({ description: 'Em português' })),
  },
  closed,
);
const WaitingView = Type.Object(
  {
    source: Text(40), payment_id: Type.String(), file_id: Uuid, amount_cents: Cents, currency: Currency, paid_date: CivilDate, status: oneOf(...STATUSES),
    suggestions: Type.Array(SuggestionView, { description: 'The likeliest first' }), doubts: Type.Array(Type.String({ description: 'Why none was taken, em português' })),
    words: Type.Array(Type.Object({ verdict: oneOf('accepted', 'refused'), receivable_ids: Type.Array(Uuid), actor: Actor, at: Instant }, closed)), looked_at: Instant,
  },
  closed,
);

class WaitingQuery extends Page {
  @MayLack({ enum: WAITING })
  @IsIn(WAITING)
  status?: (typeof WAITING)[number];
}

class Decision {
  @ApiProperty({ type: 'array', items: { type: 'string', format: 'uuid' }, minItems: 1, maxItems: 20, description: 'Of one customer; paid in this order' })
  @IsArray() @ArrayMinSize(1) @ArrayMaxSize(20) @ArrayUnique() @IsUUID('all', { each: true })
  receivable_ids!: string[];

  @MayLack({ minLength: 1, maxLength: 40, description: 'Needed only where two sources use this payment id.' })
  @IsString() @Length(1, 40)
  source?: string;
}

const LIST = `
  select ${WAITING_COLUMNS} from waiting_money
  where creditor_id = $1 and status not in ('placed', 'withdrawn') and ($6::text is null or status = $6) and ($2::date is null or (waiting_money.paid_date, source, payment_id) > ($2, $3, $4))
  order by waiting_money.paid_date, source, payment_id limit $5`;

const shown = ({ source, payment_id, file_id, amount_cents, currency, paid_date, status, suggestions, doubts, words, looked_at }: Waiting) => ({
  source, payment_id, file_id, amount_cents, currency, paid_date, status, words, looked_at,
  suggestions: suggestions.map(({ points, parts, reasons }: Suggestion) => ({ points, parts, why: reasons.map(inWords) })),
  doubts: doubts.map((code) => inWords({ code })),
});

/** Money that quotes nothing known: a person says whose it is. */
@ApiTags('waiting money')
@Controller('v1/waiting-money')
export class WaitingMoneyController {
  constructor(
    private readonly database: Database,
    private readonly placing: Placing,
  ) {}

  @Get()
  @Scopes('unapplied:read')
  @Answers(pageOf(WaitingView), 'A page')
  @ApiOperation({ summary: 'Money that nobody could place by itself, with what it may mean; the oldest first', description: 'Nobody is asked for what the likely suggestions name, until it is decided.' })
  async list(@Query() page: WaitingQuery, @ForCreditor() creditorId: string) {
    const [date = null, source = null, payment = null] = cursorOf(page, 'date', 'text', 'text') ?? [];
    const rows = await this.database.transactionOf(creditorId, (tx) => tx.query<Waiting>(LIST, [creditorId, date, source, payment, page.limit + 1, page.status ?? null]));
    const { items, next_cursor } = paged(rows, page.limit, ({ paid_date, source: from, payment_id }) => [paid_date, from, payment_id]);
    return { items: items.map(shown), next_cursor };
  }

  @Post(':payment_id/accept')
  @Scopes('unapplied:write')
  @Answers(WaitingView, 'Placed')
  @ApiOperation({ summary: 'Say which receivables the money pays, suggested or not', description: 'No rerun of the matching undoes it.' })
  async accept(@PathId('payment_id', Reference) paymentId: string, @Body() { receivable_ids, source }: Decision, @Caller() caller: Principal, @ForCreditor() creditorId: string, @IdempotencyKey() idempotencyKey: string | undefined) {
    const waiting = await this.find(creditorId, paymentId, source);
    await this.placing.accept(creditorId, waiting, receivable_ids, caller.actor, idempotencyKey);
    return shown(await this.find(creditorId, paymentId, source));
  }

  @Post(':payment_id/refuse')
  @Scopes('unapplied:write')
  @Answers(WaitingView, 'Refused')
  @ApiOperation({ summary: 'Say which receivables the money is not for', description: 'No suggestion that names them all is made again; they are no longer held by it.' })
  async refuse(@PathId('payment_id', Reference) paymentId: string, @Body() { receivable_ids, source }: Decision, @Caller() caller: Principal, @ForCreditor() creditorId: string, @IdempotencyKey() idempotencyKey: string | undefined) {
    const waiting = await this.find(creditorId, paymentId, source);
    await this.placing.refuse(creditorId, waiting, receivable_ids, caller.actor, idempotencyKey);
    return shown(await this.find(creditorId, paymentId, source));
  }

  private async find(creditorId: string, paymentId: string, source: string | undefined): Promise<Waiting> {
    const rows = await this.database.transactionOf(creditorId, (tx) => tx.query<Waiting>(
      `select ${WAITING_COLUMNS} from waiting_money where creditor_id = $1 and payment_id = $2 and ($3::text is null or source = $3)`, [creditorId, paymentId, source ?? null]));
    if (rows.length > 1) throw problem(409, 'ambiguous-payment', 'Several payments have this id', 'Name the `source` in the body; GET /v1/waiting-money tells it.');
    if (!rows[0]) throw problem(404, 'not-found', 'No such money', 'Take the payment id from GET /v1/waiting-money.');
    return rows[0];
  }
}
