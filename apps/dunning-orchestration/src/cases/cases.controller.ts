import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '@emdia/clock';
import { customerKey, CustomerId } from '@emdia/contracts';
import { Database, type Tx } from '@emdia/database';
import { Answers, cursorOf, ForCreditor, Page, paged, pageOf, PathId, problem, Scopes } from '@emdia/runtime';
import { creditorDay } from './plan';
import { CaseView, ListedCase } from './views';

const LIST = `
  select c.customer_id, c.case_id, c.status, c.due_at as looked_at_next, c.channel_closed_reason,
    case when bool_or(r.effective_due_date < $1) then 'overdue' when count(r.key) > 0 then 'current' else 'none' end as stage,
    coalesce(sum(r.open_cents), 0)::text as open_cents, count(r.key)::int as open_receivables,
    min(r.next_action_at) as next_action_at
  from case_file c left join case_receivable r on r.key = c.key and r.standing <> 'end'
  where c.status <> 'new' and c.customer_id > $2
  group by c.key order by c.customer_id limit $3`;

const RECEIVABLES = `
  select receivable_id, version, original_due_date::text, effective_due_date::text, open_cents::text, paid_cents::text, status, collectability,
    settled_on::text, standing, standing_reason, next_step, planned_day::text, contact_day::text, next_action_at, outstanding_notice_id,
    hold_review_date::text, owner_queue, owner_reason, owner_review_date::text
  from case_receivable where key = $1 order by original_due_date, receivable_id`;

const HISTORY = `
  select n.notice_id, n.purpose, n.local_day::text, n.step, n.asked_at, n.valid_until, n.regua_version, n.instalment_id, n.next_step, n.facts, n.turned_down, n.template, n.tone, n.offers, n.channels,
    (select jsonb_agg(jsonb_build_object('receivable_id', s.receivable_id, 'due_date', s.due_date, 'step', s.step, 'outcome', s.outcome, 'reason', s.reason) order by s.receivable_id)
       from covered_step s where s.key = n.key and s.notice_id = n.notice_id) as covers
  from notice n where n.key = $1 order by n.local_day desc, n.notice_id limit 200`;

/** Cases as they stand, and why. */
@ApiTags('cases')
@Controller('v1/cases')
export class CasesController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('cases:read')
  @Answers(pageOf(ListedCase), 'A page')
  @ApiOperation({ summary: 'Cases, by customer' })
  async list(@Query() page: Page, @ForCreditor() creditorId: string) {
    const [after = ''] = cursorOf(page, 'text') ?? [];
    const values = [creditorDay(this.clock.now()), after, page.limit + 1];
    const rows = await this.database.transactionOf(creditorId, (tx) => tx.query<{ customer_id: string; open_cents: string }>(LIST, values));
    return paged(rows.map((row) => ({ ...row, open_cents: Number(row.open_cents) })), page.limit, ({ customer_id }) => [customer_id]);
  }

  @Get(':customer_id')
  @Scopes('cases:read')
  @Answers(CaseView, 'The case')
  @ApiOperation({ summary: 'All that decisions on a case rest on: facts, holds, agreements, every notice asked for with what became of it' })
  async explain(@PathId('customer_id', CustomerId) customerId: string, @ForCreditor() creditorId: string) {
    const found = await this.database.transactionOf(creditorId, (tx) => this.read(tx, customerKey(creditorId, customerId)));
    if (!found) throw problem(404, 'not-found', 'No such case', 'Nothing is known of this customer yet. Check the id.');
    return found;
  }

  private async read(tx: Tx, key: string) {
    const [file] = await tx.query(
      `select customer_id, case_id, status, state, has_email, regua_version, regua_since, regua_by, channel_closed_reason, channel_closed_at, contact_asked_day::text, service_asked_day::text, due_at as looked_at_next
       from case_file where key = $1 and (status <> 'new' or person_key is not null)`, [key]);
    if (!file) return null;
    const receivables = await tx.query<{ standing: string; effective_due_date: string; open_cents: string; paid_cents: string }>(RECEIVABLES, [key]);
    const today = creditorDay(this.clock.now());
    const open = receivables.filter(({ standing }) => standing !== 'end');
    return {
      ...file,
      stage: open.some(({ effective_due_date }) => effective_due_date < today) ? 'overdue' : open.length > 0 ? 'current' : 'none',
      receivables: receivables.map((row) => ({ ...row, open_cents: Number(row.open_cents), paid_cents: Number(row.paid_cents) })),
      holds: await tx.query('select hold_id, receivable_ids, reason, actor, placed_at, review_date::text, lifted_at, lift_reason, lift_actor from hold where key = $1 order by placed_at, hold_id', [key]),
      agreements: await tx.query('select agreement_id, receivable_ids, instalments, paid, ended from agreement where key = $1 order by agreement_id', [key]),
      history: await tx.query(HISTORY, [key]),
    };
  }
}
