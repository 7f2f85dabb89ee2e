import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '@emdia/database';
import { Answers, cursorOf, ForCreditor, Page, paged, pageOf, Scopes } from '@emdia/runtime';
import { BalancesView, EntryView } from './views';

const BALANCES = `
  select p.account, e.currency, sum(p.amount_cents)::float8 as balance_cents from posting p join entry e on e.creditor_id = p.creditor_id and e.id = p.entry_id
  where p.creditor_id = $1 group by p.account, e.currency order by e.currency, p.account`;

// Ids grow with time, so that a creditor's pages are cut from the primary key.
const ENTRIES = `
  select e.id, e.cause, e.event_id, e.currency, e.recorded_at,
    (select json_agg(json_build_object('account', p.account, 'receivable_id', p.receivable_id, 'source', p.source, 'payment_id', p.payment_id, 'amount_cents', p.amount_cents) order by p.line)
       from posting p where p.entry_id = e.id) as postings
  from entry e where e.creditor_id = $1 and ($2::uuid is null or e.id > $2) order by e.id limit $3`;

/** The double-entry ledger: debits are positive, and every entry and every currency sums to zero. */
@ApiTags('ledger')
@Controller('v1/ledger')
export class LedgerController {
  constructor(private readonly database: Database) {}

  @Get('balances')
  @Scopes('ledger:read')
  @Answers(BalancesView, 'One row per account and currency')
  @ApiOperation({ summary: 'The balance of each account' })
  async balances(@ForCreditor() creditorId: string) {
    return { balances: await this.database.transactionOf(creditorId, (tx) => tx.query(BALANCES, [creditorId])) };
  }

  @Get('entries')
  @Scopes('ledger:read')
  @Answers(pageOf(EntryView), 'A page')
  @ApiOperation({ summary: 'Ledger entries with their postings, in the order of their ids' })
  async entries(@Query() page: Page, @ForCreditor() creditorId: string) {
    const [after = null] = cursorOf(page, 'uuid') ?? [];
    const rows = await this.database.transactionOf(creditorId, (tx) => tx.query<{ id: string }>(ENTRIES, [creditorId, after, page.limit + 1]));
    return paged(rows, page.limit, ({ id }) => [id]);
  }
}
