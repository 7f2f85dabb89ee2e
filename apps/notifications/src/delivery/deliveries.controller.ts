import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '@emdia/database';
import { Uuid } from '@emdia/contracts';
import { Answers, cursorOf, CustomerPage, ForCreditor, paged, pageOf, PathId, problem, Scopes } from '@emdia/runtime';
import { DeliveryView, ListedDelivery } from './views';

interface Listed {
  readonly notice_id: string;
  readonly requested_at: Date;
}

// Newest first; nothing here names or addresses the person.
const LIST = `
  select notice_id, customer_id, case_id, purpose, step, local_day::text as local_day, status, attempt, reason, due_at, call_began_at, concluded_at, requested_at
  from delivery
  where creditor_id = $1 and ($2::text is null or customer_id = $2)
    and ($3::timestamptz is null or (requested_at, notice_id) < ($3, $4::uuid))
  order by requested_at desc, notice_id desc limit $5`;

const ONE = `
  select notice_id, customer_id, case_id, purpose, step, local_day::text as local_day, not_before, valid_until, status, reason, attempt, history as attempts,
    regua_version, words, words_turned_down, own_rule, offers, channels, channel, channels_turned_down, asks_cause, cause_answer, covers, facts, turned_down, next_step, instalment_id, verdict, call_began_at, provider_id, requested_at, due_at, concluded_at,
    coalesce((select jsonb_agg(jsonb_build_object('receivable_id', c.receivable_id, 'due_date', c.due_date, 'step', c.step))
              from delivery_cover c where c.notice_id = d.notice_id and c.state = 'taken'), '[]') as covered
  from delivery d where creditor_id = $1 and notice_id = $2`;

@ApiTags('deliveries')
@Controller('v1/deliveries')
export class DeliveriesController {
  constructor(private readonly database: Database) {}

  @Get()
  @Scopes('deliveries:read')
  @ApiOperation({ summary: 'Messages, newest first' })
  @Answers(pageOf(ListedDelivery), 'A page')
  async list(@ForCreditor() creditor_id: string, @Query() query: CustomerPage): Promise<unknown> {
    const [requested_at = null, notice_id = null] = cursorOf(query, 'instant', 'uuid') ?? [];
    const rows = await this.database.transactionOf(creditor_id, (tx) =>
      tx.query<Listed>(LIST, [creditor_id, query.customer_id ?? null, requested_at, notice_id, query.limit + 1]),
    );
    return paged(rows, query.limit, (row) => [row.requested_at, row.notice_id]);
  }

  @Get(':notice_id')
  @Scopes('deliveries:read')
  @ApiOperation({ summary: 'Why a message went out, or did not: régua version, step, words, channel, facts, gate verdict, alternatives turned down, attempts' })
  @Answers(DeliveryView, 'The explanation')
  async one(@ForCreditor() creditor_id: string, @PathId('notice_id', Uuid) notice_id: string): Promise<unknown> {
    const [row] = await this.database.transactionOf(creditor_id, (tx) => tx.query(ONE, [creditor_id, notice_id]));
    if (!row) throw problem(404, 'not-found', 'No such message', 'Check the id; a message of another creditor is not shown.');
    return row;
  }
}
