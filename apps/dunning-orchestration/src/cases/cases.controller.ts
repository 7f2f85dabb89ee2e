import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsUUID } from 'class-validator';
import { Clock } from '@emdia/clock';
import { customerKey, CustomerId } from '@emdia/contracts';
import { Database, type Tx } from '@emdia/database';
import { Runner, step } from '@emdia/messaging';
import type { Cause } from '@emdia/regua';
import { Answers, Caller, cursorOf, ForCreditor, IdempotencyKey, MayLack, Page, paged, pageOf, PathId, problem, Scopes, type Principal } from '@emdia/runtime';
import { holdKinds, ruleOf } from '../holds/kinds';
import { heldOf, type HeldDebt, type OwnHold } from '../holds/shown';
import { retriesShown } from '../retries/shown';
import { Cases } from './cases';
import { CAUSES, tellCause } from './cause';
import { creditorDay } from './plan';
import { CaseView, CauseTakenView, ListedCase } from './views';

const LIST = `
  select c.customer_id, c.case_id, c.status, c.due_at as looked_at_next, c.channel_closed_reason,
    case when bool_or(r.effective_due_date < $1) then 'overdue' when count(r.key) > 0 then 'current' else 'none' end as stage,
    coalesce(sum(r.open_cents), 0)::text as open_cents, count(r.key)::int as open_receivables,
    min(r.next_action_at) as next_action_at
  from (select * from case_file where status <> 'new' and customer_id > $2 order by customer_id limit $3) c
    left join case_receivable r on r.key = c.key and r.standing <> 'end'
  group by c.key, c.customer_id, c.case_id, c.status, c.due_at, c.channel_closed_reason order by c.customer_id`;

const RECEIVABLES = `
  select receivable_id, version, original_due_date::text, effective_due_date::text, open_cents::text, paid_cents::text, status, collectability,
    review_date::text, settled_on::text, standing, standing_reason, next_step, planned_day::text, contact_day::text, next_action_at, outstanding_notice_id,
    hold_review_date::text, owner_queue, owner_reason, owner_review_date::text
  from case_receivable where key = $1 order by original_due_date, receivable_id`;

const HOLDS = `
  select hold_id, kind, receivable_ids, reason, actor, placed_at, begin_date::text, review_date::text, look_date::text, task_reason as asked, lifted_at, lift_reason, lift_actor,
    decided_at, decide_reason, decide_actor, (lifted_at at time zone 'America/Sao_Paulo')::date::text as ended_on, lifted_at is not null and ended_by_itself and decided_at is null and kind = any($2) as undecided
  from hold where key = $1 order by placed_at, hold_id`;

/** The kinds after whose end a person decides. */
const DECIDED_KINDS = holdKinds.filter((kind) => ruleOf(kind).follows === 'owner');

// The last word on each open debt, where a message had to wait until its hours were over.
const WAITED = `
  select receivable_id from (
    select distinct on (s.receivable_id) s.receivable_id, s.reason from covered_step s join case_receivable r on r.key = s.key and r.receivable_id = s.receivable_id
    where s.key = $1 and r.standing = 'action' order by s.receivable_id, s.valid_until desc, s.notice_id) last
  where reason = 'expired'`;

const HISTORY = `
  select n.notice_id, n.purpose, n.local_day::text, n.step, n.asked_at, n.valid_until, n.regua_version, n.instalment_id, n.next_step, n.facts, n.turned_down, n.template, n.tone, n.offers, n.channels,
    (select jsonb_agg(jsonb_build_object('receivable_id', s.receivable_id, 'due_date', s.due_date, 'step', s.step, 'outcome', s.outcome, 'reason', s.reason,
      'channel', case when s.outcome in ('sent', 'unknown') then coalesce(s.channel, 'email') end) order by s.receivable_id)
       from covered_step s where s.key = n.key and s.notice_id = n.notice_id) as covers
  from notice n where n.key = $1 order by n.local_day desc, n.notice_id limit 200`;

const ACTS = `
  select act_id, receivable_id, due_date::text, step, kind, change, undoes, regua_version, facts, planned_at, status, reason, due_at, verdict, call_began_at, valid_until, answered_at, task
  from outward_act where key = $1 order by planned_at desc, act_id limit 200`;

const causes = Object.keys(CAUSES) as Cause[];

class CauseCommand {
  @ApiProperty({ enum: causes, description: 'Why it is unpaid, as the debtor said' })
  @IsIn(causes)
  cause!: Cause;

  @MayLack({ description: 'The debts that are meant, where it leads to a hold; those past due when left out.', type: 'array', items: { type: 'string', format: 'uuid' }, maxItems: 200, uniqueItems: true })
  @IsArray()
  @ArrayMaxSize(200)
  @ArrayUnique()
  @IsUUID('all', { each: true })
  receivable_ids?: string[];
}

/** Cases as they stand, and why. */
@ApiTags('cases')
@Controller('v1/cases')
export class CasesController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly runner: Runner,
    private readonly cases: Cases,
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

  @Post(':customer_id/cause')
  @Scopes('holds:write')
  @Answers(CauseTakenView, 'Where it leads')
  @ApiOperation({ summary: 'Tell why debts are unpaid: it leads to a hold, or to the régua that is meant for it; the newest word counts' })
  tell(@PathId('customer_id', CustomerId) customerId: string, @Body() { cause, receivable_ids = [] }: CauseCommand, @Caller() { actor }: Principal, @ForCreditor() creditorId: string, @IdempotencyKey() idempotencyKey?: string) {
    const told = { cause, receivable_ids, actor, request_id: randomUUID() };
    return this.runner.change(step(this.cases, customerKey(creditorId, customerId), (file, now) => tellCause(file, told, now)), { creditorId, idempotencyKey });
  }

  private async read(tx: Tx, key: string) {
    const [file] = await tx.query(
      `select customer_id, case_id, status, state, has_email, segment, score, regua_version, regua_since, regua_by, cause, cause_at, cause_by, cause_asked_at, channel_closed_reason, channel_closed_at, contact_asked_day::text, service_asked_day::text, due_at as looked_at_next
       from case_file where key = $1 and (status <> 'new' or person_key is not null)`, [key]);
    if (!file) return null;
    const receivables = await tx.query<HeldDebt & { effective_due_date: string; open_cents: string; paid_cents: string }>(RECEIVABLES, [key]);
    const today = creditorDay(this.clock.now());
    const open = receivables.filter(({ standing }) => standing !== 'end');
    return {
      ...file,
      stage: open.some(({ effective_due_date }) => effective_due_date < today) ? 'overdue' : open.length > 0 ? 'current' : 'none',
      receivables: receivables.map(({ review_date: _, ...row }) => ({ ...row, open_cents: Number(row.open_cents), paid_cents: Number(row.paid_cents) })),
      holds: heldOf(await tx.query<OwnHold>(HOLDS, [key, DECIDED_KINDS]), receivables, new Set((await tx.query<{ receivable_id: string }>(WAITED, [key])).map(({ receivable_id }) => receivable_id)), today),
      agreements: await tx.query('select agreement_id, receivable_ids, instalments, paid, ended from agreement where key = $1 order by agreement_id', [key]),
      retries: retriesShown((await this.cases.known.load(tx, [key])).get(key)!, this.clock.now()),
      changes: await tx.query('select at, what, before, after, actor, reason, facts from case_change where key = $1 order by at desc, what limit 200', [key]),
      acts: await tx.query(ACTS, [key]),
      history: await tx.query(HISTORY, [key]),
    };
  }
}
