import { Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Clock } from '@emdia/clock';
import { Database } from '@emdia/database';
import { CivilDate, CustomerId, Uuid } from '@emdia/contracts';
import { Runner, step } from '@emdia/messaging';
import { Answers, Caller, cursorOf, ForCreditor, Page, paged, pageOf, PathId, problem, Scopes, type Principal } from '@emdia/runtime';
import { Type, type Static } from '@sinclair/typebox';
import { tookBack } from '../acts/taking-back';
import { Cases } from '../cases/cases';

const Task = Type.Object(
  {
    task_id: Uuid, customer_id: CustomerId, case_id: Uuid, queue: Type.String(), reason: Type.String(), review_date: CivilDate, receivable_ids: Type.Array(Uuid),
    open_cents: Type.Integer(),
  },
  { additionalProperties: false },
);
type Task = Static<typeof Task>;

const TASKS = `
  select r.owner_task_id as task_id, c.customer_id, c.case_id, r.owner_queue as queue, r.owner_reason as reason, r.owner_review_date::text as review_date,
    array_agg(r.receivable_id order by r.receivable_id) as receivable_ids, sum(r.open_cents)::float8 as open_cents
  from case_receivable r join case_file c on c.key = r.key
  where r.standing = 'owner' and r.owner_task_id is not null and (r.owner_review_date, r.owner_task_id) > ($1::date, $2::uuid)
  group by r.owner_task_id, c.customer_id, c.case_id, r.owner_queue, r.owner_reason, r.owner_review_date order by r.owner_review_date, r.owner_task_id limit $3`;

// What is asked of a person while a hold stands, as long as one of its debts is open.
const OF_HOLDS = `
  select h.task_id, c.customer_id, c.case_id, h.task_queue as queue, h.task_reason as reason, h.look_date::text as review_date,
    array_agg(r.receivable_id order by r.receivable_id) as receivable_ids, sum(r.open_cents)::float8 as open_cents
  from hold h join case_file c on c.key = h.key
    join case_receivable r on r.key = h.key and r.standing = 'hold' and (cardinality(h.receivable_ids) = 0 or r.receivable_id = any(h.receivable_ids))
  where h.task_id is not null and h.lifted_at is null and (h.look_date, h.task_id) > ($1::date, $2::uuid)
  group by h.task_id, c.customer_id, c.case_id, h.task_queue, h.task_reason, h.look_date order by h.look_date, h.task_id limit $3`;

// What could not be given back to somebody whose debt has ended.
const OF_ACTS = `
  select (a.task ->> 'task_id')::uuid as task_id, c.customer_id, c.case_id, a.task ->> 'queue' as queue, a.task ->> 'reason' as reason, a.task ->> 'review_date' as review_date,
    array[a.receivable_id] as receivable_ids, r.open_cents::float8 as open_cents
  from outward_act a join case_file c on c.key = a.key join case_receivable r on r.key = a.key and r.receivable_id = a.receivable_id
  where a.task is not null and a.task -> 'done' is null and a.undoes is not null and ((a.task ->> 'review_date')::date, (a.task ->> 'task_id')::uuid) > ($1::date, $2::uuid)
  order by (a.task ->> 'review_date')::date, (a.task ->> 'task_id')::uuid limit $3`;

// The index of what is asked back has this very condition.
const ASKED_BACK = `jsonb_path_exists(acted, '$[*] ? (exists(@.back_task) && !exists(@.back_task.done))')`;

// What people did because of a debt that has ended since. No owner says it: the task stands with the step that it takes back.
const OF_PEOPLE = `
  select (a ->> 'back')::uuid as task_id, c.customer_id, c.case_id, a -> 'back_task' ->> 'queue' as queue, a -> 'back_task' ->> 'reason' as reason,
    a -> 'back_task' ->> 'review_date' as review_date, array[r.receivable_id] as receivable_ids, r.open_cents::float8 as open_cents
  from case_receivable r join case_file c on c.key = r.key cross join lateral jsonb_path_query(r.acted, '$[*] ? (exists(@.back_task) && !exists(@.back_task.done))') a
  where ${ASKED_BACK} and ((a -> 'back_task' ->> 'review_date')::date, (a ->> 'back')::uuid) > ($1::date, $2::uuid)
  order by (a -> 'back_task' ->> 'review_date')::date, (a ->> 'back')::uuid limit $3`;

const CASE_OF = `
  select key from case_receivable where ${ASKED_BACK} and acted @> jsonb_build_array(jsonb_build_object('back', $1::text))
  union select key from outward_act where task is not null and task -> 'done' is null and undoes is not null and task ->> 'task_id' = $1`;

const FIRST = ['0001-01-01', '00000000-0000-0000-0000-000000000000'];

/** What waits for a person, the earliest review first. */
@ApiTags('tasks')
@Controller('v1/tasks')
export class TasksController {
  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    private readonly cases: Cases,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Scopes('tasks:read')
  @Answers(pageOf(Task), 'A page')
  @ApiOperation({ summary: 'What waits for a person, the earliest review first' })
  async list(@Query() page: Page, @ForCreditor() creditorId: string) {
    const values = [...(cursorOf(page, 'date', 'uuid') ?? FIRST), page.limit + 1];
    const all = await this.database.transactionOf(creditorId, async (tx) => {
      const found: Task[] = [];
      for (const statement of [TASKS, OF_HOLDS, OF_ACTS, OF_PEOPLE]) found.push(...(await tx.query<Task>(statement, values)));
      return found;
    });
    const rows = all.sort((a, b) => (a.review_date !== b.review_date ? (a.review_date < b.review_date ? -1 : 1) : a.task_id < b.task_id ? -1 : 1));
    return paged(rows.slice(0, page.limit + 1), page.limit, ({ review_date, task_id }) => [review_date, task_id]);
  }

  @Post(':task_id/done')
  @Scopes('tasks:write')
  @Answers(null, 'It is listed no more', 204)
  @ApiOperation({
    summary: 'Say that what a task asks to take back was taken back',
    description: 'An entry, a protest or a service that is to be given back because its debt has ended: such a task waits until it is done. Others end with their review date, when the régua goes on, or with their hold.',
  })
  async done(@PathId('task_id', Uuid) taskId: string, @Caller() { actor }: Principal, @ForCreditor() creditorId: string): Promise<void> {
    const [found] = await this.database.transactionOf(creditorId, (tx) => tx.query<{ key: string }>(CASE_OF, [taskId]));
    const done = { at: this.clock.now().toISOString(), actor };
    if (!found || !(await this.runner.change(step(this.cases, found.key, (file) => tookBack(file, taskId, done)), { creditorId })))
      throw problem(404, 'not-found', 'No such task to take something back', 'It is done already, or ends by itself: GET /v1/tasks lists what waits.');
  }
}
