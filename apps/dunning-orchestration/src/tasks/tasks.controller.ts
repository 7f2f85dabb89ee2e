import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Database } from '@emdia/database';
import { Caller, cursorOf, Page, paged, Scopes, type Principal } from '@emdia/runtime';
import { creditorOf } from '../cases/cases.controller';

interface Task {
  readonly task_id: string;
  readonly review_date: string;
}

const TASKS = `
  select r.owner_task_id as task_id, c.customer_id, c.case_id, r.owner_queue as queue, r.owner_reason as reason, r.owner_review_date::text as review_date,
    array_agg(r.receivable_id order by r.receivable_id) as receivable_ids, sum(r.open_cents)::float8 as open_cents
  from case_receivable r join case_file c on c.key = r.key
  where r.standing = 'owner' and (r.owner_review_date, r.owner_task_id) > ($1::date, $2::uuid)
  group by 1, 2, 3, 4, 5, 6 order by r.owner_review_date::text, r.owner_task_id limit $3`;

const FIRST = ['0001-01-01', '00000000-0000-0000-0000-000000000000'];

/** What waits for a person, the earliest review first. */
@ApiTags('tasks')
@Controller('v1/tasks')
export class TasksController {
  constructor(private readonly database: Database) {}

  @Get()
  @Scopes('tasks:read')
  async list(@Query() page: Page, @Caller() caller: Principal) {
    const values = [...(cursorOf(page) ?? FIRST).slice(0, 2), page.limit + 1];
    const rows = await this.database.transactionOf(creditorOf(caller), (tx) => tx.query<Task>(TASKS, values));
    return paged(rows, page.limit, ({ review_date, task_id }) => [review_date, task_id]);
  }
}
