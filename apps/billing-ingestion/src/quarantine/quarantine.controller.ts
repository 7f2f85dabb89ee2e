import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Caller, cursorOf, Page, paged, problem, Scopes, type Principal } from '@emdia/runtime';
import { IsIn, IsObject, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import type { Receipt } from '../upstream/mapping';
import { reasons } from '../upstream/reasons';
import { refusal } from '../upstream/submissions';
import { Quarantine, type Listed } from './quarantine';

const REASONS = Object.keys(reasons);

class QuarantineQuery extends Page {
  @ApiPropertyOptional({ enum: ['open', 'replayed', 'discarded'], default: 'open' }) @IsOptional() @IsIn(['open', 'replayed', 'discarded'])
  status: string = 'open';
  @ApiPropertyOptional({ enum: REASONS }) @IsOptional() @IsIn(REASONS)
  reason?: string;
  @ApiPropertyOptional({ description: 'A platform, `api:<creditor>` or `file:<creditor>`.' }) @IsOptional() @IsString() @MaxLength(300)
  origin?: string;
  @ApiPropertyOptional() @IsOptional() @IsString() @MaxLength(64)
  customer_id?: string;
}

class ReplayBody {
  @ApiPropertyOptional({ description: 'The whole corrected CloudEvent; without it the event is tried again as it came.', type: Object }) @IsOptional() @IsObject()
  event?: object;
}

class DiscardBody {
  @ApiProperty({ example: 'Cobrança de teste, enviada por engano.' }) @IsString() @Length(3, 300)
  reason!: string;
}

@ApiTags('quarantine')
@Controller('v1/quarantine')
export class QuarantineController {
  constructor(private readonly quarantine: Quarantine) {}

  @Get()
  @Scopes('quarantine:read')
  @ApiOperation({ summary: 'Events that were refused and kept, oldest first' })
  async list(@Query() query: QuarantineQuery, @Caller() caller: Principal): Promise<unknown> {
    const rows = await this.quarantine.list(caller.creditor_id, query, cursorOf(query), query.limit + 1);
    return paged(rows, query.limit, ({ received_at, id }) => [received_at, id]);
  }

  @Get(':id')
  @Scopes('quarantine:read')
  @ApiOperation({ summary: 'One of them, with its body as it came' })
  async one(@Param('id', ParseUUIDPipe) id: string, @Caller() caller: Principal): Promise<Listed & { body: string }> {
    const entry = await this.quarantine.one(caller.creditor_id, id);
    if (!entry) throw missing();
    return entry;
  }

  @Post(':id/replay')
  @HttpCode(200)
  @Scopes('quarantine:write')
  @ApiOperation({ summary: 'Try one again, as it came or corrected', description: 'Refused again, it stays open and the answer says why.' })
  async replay(@Param('id', ParseUUIDPipe) id: string, @Body() body: ReplayBody, @Caller() caller: Principal): Promise<{ id: string; status: 'replayed'; outcome: Receipt['outcome'] }> {
    const receipt = await this.quarantine.replay(caller, id, body.event);
    if (!receipt) throw missing();
    if (receipt.outcome === 'rejected') throw refusal(receipt);
    return { id, status: 'replayed', outcome: receipt.outcome };
  }

  @Post(':id/discard')
  @HttpCode(200)
  @Scopes('quarantine:write')
  @ApiOperation({ summary: 'Set one aside for good, with the reason' })
  async discard(@Param('id', ParseUUIDPipe) id: string, @Body() { reason }: DiscardBody, @Caller() caller: Principal): Promise<{ id: string; status: 'discarded' }> {
    if (!(await this.quarantine.discard(caller, id, reason))) throw missing();
    return { id, status: 'discarded' };
  }
}

const missing = () => problem(404, 'not-found', 'No such event in quarantine', 'It does not exist, is not yours, or was replayed or discarded already.');
