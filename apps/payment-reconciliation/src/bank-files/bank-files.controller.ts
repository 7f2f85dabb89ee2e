import { Controller, Get, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn, Length, Matches } from 'class-validator';
import { Uuid } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Answers, Caller, cursorOf, ForCreditor, MayLack, Page, paged, pageOf, PathId, problem, rawParts, Scopes, type Principal } from '@emdia/runtime';
import type { Request } from 'express';
import { BankFiles, FILE_BYTES_MAX } from './bank-files';
import { inWords, LEFT } from './in-words';
import { gathered } from './packed-file';
import type { LeftReason } from './row';
import type { KeptRow, StoredFile } from './stored-file';
import { FILE_COLUMNS, ROW_COLUMNS } from './stored-files';
import { BankFileView, BankRowView, ExplainedBankFile, ReceivedView } from './views';

class UploadQuery {
  @ApiProperty({ minLength: 1, maxLength: 40, pattern: '^[^\\u0000-\\u001f]{1,40}$', example: 'itau', description: 'The payment source that the file speaks for, as registered by PUT /v1/sources/{source}.' })
  @Length(1, 40)
  @Matches(/^[^\u0000-\u001f]{1,40}$/)
  source!: string;

  @ApiProperty({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f]{1,200}$', example: 'CB190326.RET', description: 'For people to know it by' })
  @Length(1, 200)
  @Matches(/^[^\u0000-\u001f]{1,200}$/)
  name!: string;
}

const STATES = ['posted', 'awaiting', 'held', 'returned', 'left', 'undone'] as const;

class RowsQuery extends Page {
  @MayLack({ enum: STATES, description: '`left`: what a person has to look at' })
  @IsIn(STATES)
  state?: (typeof STATES)[number];
}

const LIST = `
  select ${FILE_COLUMNS} from bank_file where creditor_id = $1 and ($2::timestamptz is null or (bank_file.received_at, file_id) < ($2, $3::uuid))
  order by bank_file.received_at desc, file_id desc limit $4`;
const ROWS = `
  select ${ROW_COLUMNS} from bank_row where file_id = $1 and ($2::text is null or state = $2) and ($3::int is null or (line, row_id) > ($3, $4::uuid)) order by line, row_id limit $5`;
const WAITING = `
  select count(*)::int as rows, coalesce(sum(p.unapplied_cents), 0)::float8 as cents from bank_row r
  join payment p on p.creditor_id = r.creditor_id and p.source = r.source and p.payment_id = r.payment_id where r.file_id = $1 and r.state = 'posted' and p.unapplied_cents > 0`;
const LEFT_OVER = `select reason, count(*)::int as rows from bank_row where file_id = $1 and reason is not null and state <> 'undone' group by reason order by reason`;

const shown = ({ creditor_id: _, pass: __, moved_cents: ___, ...file }: StoredFile) => file;

/** Files that banks write: handed over, followed and undone. */
@ApiTags('bank files')
@Controller('v1/bank-files')
export class BankFilesController {
  constructor(
    private readonly database: Database,
    private readonly files: BankFiles,
  ) {}

  @Post()
  @Scopes('bank-files:write')
  @Answers(ReceivedView, 'Kept; it is read and posted at once', 202)
  @ApiConsumes('application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiOperation({
    summary: 'Hand over a file of a bank',
    description: 'CNAB 400 or 240 return, FEBRABAN 150, OFX or Pix, as the bank wrote it, at most 64 MiB. Follow it by GET /v1/bank-files/{file_id}. The same file twice changes nothing.',
  })
  async upload(@Query() { source, name }: UploadQuery, @Req() request: Request, @Caller() caller: Principal, @ForCreditor() creditor_id: string) {
    const body = await gathered(rawParts(request, FILE_BYTES_MAX));
    if (body.size_bytes === 0) throw problem(400, 'empty-file', 'The file is empty', 'Send the bytes of the file as the body.');
    const { file_id, isNew } = await this.files.receive({ creditor_id, source, name, body, actor: caller.actor });
    return { file_id, is_new: isNew };
  }

  @Get()
  @Scopes('bank-files:read')
  @Answers(pageOf(BankFileView), 'A page')
  @ApiOperation({ summary: 'Files of banks, the newest first' })
  async list(@Query() page: Page, @ForCreditor() creditorId: string) {
    const [at = null, id = null] = cursorOf(page, 'instant', 'uuid') ?? [];
    const rows = await this.database.transactionOf(creditorId, (tx) => tx.query<StoredFile>(LIST, [creditorId, at, id, page.limit + 1]));
    const { items, next_cursor } = paged(rows, page.limit, ({ received_at, file_id }) => [received_at, file_id]);
    return { items: items.map(shown), next_cursor };
  }

  @Get(':file_id')
  @Scopes('bank-files:read')
  @Answers(ExplainedBankFile, 'The file')
  @ApiOperation({ summary: 'One file: how far it has come, and the report in words' })
  async explain(@PathId('file_id', Uuid) fileId: string, @ForCreditor() creditorId: string) {
    return this.database.transactionOf(creditorId, async (tx) => {
      const file = found(await tx.query<StoredFile>(`select ${FILE_COLUMNS} from bank_file where file_id = $1`, [fileId]));
      const [waiting] = await tx.query<{ rows: number; cents: number }>(WAITING, [fileId]);
      const left = await tx.query<{ reason: LeftReason; rows: number }>(LEFT_OVER, [fileId]);
      return { ...shown(file), report: inWords(file, waiting!, new Map(left.map(({ reason, rows }) => [reason, rows]))) };
    });
  }

  @Get(':file_id/rows')
  @Scopes('bank-files:read')
  @Answers(pageOf(BankRowView), 'A page')
  @ApiOperation({ summary: 'The rows of a file that are about money, by line', description: 'Rows that were known before stand under the file that told of them first.' })
  async rows(@PathId('file_id', Uuid) fileId: string, @Query() query: RowsQuery, @ForCreditor() creditorId: string) {
    const [line = null, id = null] = cursorOf(query, 'number', 'uuid') ?? [];
    const rows = await this.database.transactionOf(creditorId, async (tx) => {
      found(await tx.query('select from bank_file where file_id = $1', [fileId]));
      return tx.query<KeptRow>(ROWS, [fileId, query.state ?? null, line, id, query.limit + 1]);
    });
    const { items, next_cursor } = paged(rows, query.limit, (row) => [row.line, row.row_id]);
    return { items: items.map(({ file_id: _, others: __, version: ___, reason, ...row }) => ({ ...row, reason: reason && LEFT[reason] })), next_cursor };
  }

  @Post(':file_id/confirm')
  @Scopes('bank-files:write')
  @Answers(BankFileView, 'It is being posted')
  @ApiOperation({ summary: 'Post a file that needs confirmation, or that was undone' })
  confirm(@PathId('file_id', Uuid) fileId: string, @Caller() caller: Principal, @ForCreditor() creditorId: string) {
    return this.decide(fileId, creditorId, ({ file_id }) => this.files.confirm(file_id, caller.actor, creditorId));
  }

  @Post(':file_id/match')
  @Scopes('bank-files:write')
  @Answers(BankFileView, 'It is being matched')
  @ApiOperation({ summary: 'Look once more at the money of a file that waits', description: 'What a person decided, or what is placed, stays as it is.' })
  match(@PathId('file_id', Uuid) fileId: string, @ForCreditor() creditorId: string) {
    return this.decide(fileId, creditorId, ({ file_id }) => this.files.matchAgain(file_id, creditorId));
  }

  @Post(':file_id/undo')
  @Scopes('bank-files:write')
  @Answers(BankFileView, 'It is being undone')
  @ApiOperation({ summary: 'Take back what a file has posted, or let go what it holds', description: 'Entries are added, none is deleted. Its days and those after them are no longer covered: nobody is asked for what could have been paid there until a file comes that covers them. One that was refused no longer holds its source back.' })
  undo(@PathId('file_id', Uuid) fileId: string, @Caller() caller: Principal, @ForCreditor() creditorId: string) {
    return this.decide(fileId, creditorId, (file) => this.files.undo(file, caller.actor));
  }

  private async decide(fileId: string, creditorId: string, decide: (file: StoredFile) => Promise<unknown>) {
    const one = () => this.database.transactionOf(creditorId, (tx) => tx.query<StoredFile>(`select ${FILE_COLUMNS} from bank_file where file_id = $1`, [fileId]));
    await decide(found(await one()));
    return shown(found(await one()));
  }
}

function found<T>([file]: readonly T[]): T {
  if (!file) throw problem(404, 'not-found', 'No such file', 'Take the file id from GET /v1/bank-files.');
  return file;
}
