import { Controller, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Answers, Caller, problem, Scopes, type Principal } from '@emdia/runtime';
import { IsIn } from 'class-validator';
import type { Request } from 'express';
import type { Kind } from './columns';
import { Imports, Report, UnreadableFile, type Format } from './imports';

class ImportQuery {
  @ApiProperty({ enum: ['invoices', 'payments'] }) @IsIn(['invoices', 'payments'])
  kind!: Kind;
}

@ApiTags('imports')
@Controller('v1/imports')
export class ImportsController {
  constructor(private readonly imports: Imports) {}

  @Post()
  @Answers(Report, 'What became of the rows')
  @Scopes('events:write')
  @ApiConsumes('text/csv', 'application/x-ndjson')
  @ApiBody({ schema: { type: 'string', example: 'invoice_id;issue_date;due_date;currency;amount_cents;customer_id;name;email\nFAT-1;2026-03-01;2026-03-10;BRL;12990;aluno-17;Maria da Silva;maria@exemplo.com.br\n' } })
  @ApiOperation({
    summary: 'Take in a file of invoices or payments',
    description: 'CSV with a header row of contract fields (comma or semicolon, UTF-8), or one JSON object per line. Streamed. Bad rows go to quarantine; the same file twice changes nothing.',
  })
  async take(@Query() { kind }: ImportQuery, @Req() request: Request, @Caller() caller: Principal): Promise<Report> {
    const format: Format = request.is('text/csv') ? 'csv' : 'ndjson';
    try {
      return await this.imports.take(request, { kind, format, creditorId: caller.creditor_id });
    } catch (error) {
      if (error instanceof UnreadableFile) throw problem(422, 'unreadable-file', 'The file cannot be read', error.message);
      throw error;
    }
  }
}
