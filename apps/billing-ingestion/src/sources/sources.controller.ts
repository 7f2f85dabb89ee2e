import { Body, Controller, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import type { Rail as RailName } from '@emdia/contracts';
import { isCivilDate } from '@emdia/calendar';
import { Caller, problem, Scopes, type Principal } from '@emdia/runtime';
import { ArrayUnique, IsArray, IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { creditorOf } from '../upstream/callers';
import { UnreadPayments, type PaymentSource } from './source';
import { Sources, type ListedSource } from './sources';

const RAILS: RailName[] = ['BOLETO', 'PIX_COB', 'PIX_COBV', 'PIX_AUTO', 'CARD', 'DEBIT', 'TRANSFER', 'CASH'];

class SourceBody {
  @ApiProperty({ enum: RAILS, isArray: true, example: ['PIX_COB', 'BOLETO'], description: 'The rails by which money comes through this source; none means every rail.' })
  @IsArray() @ArrayUnique() @IsIn(RAILS, { each: true })
  rails!: RailName[];
  @ApiPropertyOptional({ default: 1, minimum: 0, maximum: 10, description: 'How many business days it may be behind before collection waits for it.' })
  @IsOptional() @IsInt() @Min(0) @Max(10)
  lag_business_days?: number;
}

class CheckedBody {
  @ApiProperty({ example: '2026-03-10', description: 'Civil date, inclusive, in the creditor\'s zone.' }) @IsString()
  covered_until!: string;
}

@ApiTags('payment sources')
@Controller('v1/sources')
export class SourcesController {
  constructor(private readonly sources: Sources) {}

  @Put(':source')
  @Scopes('sources:write')
  @ApiOperation({ summary: 'Declare where payments come from', description: 'From then on collection waits for this source to say what it has covered.' })
  declare(@Param('source') source: string, @Body() { rails, lag_business_days }: SourceBody, @Caller() caller: Principal): Promise<PaymentSource> {
    return this.sources.declare({ creditor_id: creditorOf(caller), source: named(source), rails, lag_business_days: lag_business_days ?? 1 });
  }

  @Post(':source/checked')
  @HttpCode(200)
  @Scopes('sources:write')
  @ApiOperation({ summary: 'Say that every payment up to a date has been told', description: 'Call it when a day is over, even when nothing was paid. Waits until events published before are taken in.' })
  async checked(@Param('source') source: string, @Body() { covered_until }: CheckedBody, @Caller() caller: Principal): Promise<PaymentSource> {
    if (!isCivilDate(covered_until)) throw problem(422, 'invalid-date', 'No such date', 'Send covered_until as YYYY-MM-DD, a date of the calendar.');
    try {
      const covered = await this.sources.checked(creditorOf(caller), named(source), covered_until);
      if (covered) return covered;
    } catch (error) {
      if (error instanceof UnreadPayments) throw problem(409, error.reason, 'Payments of this source are unread', error.message, { quarantine_ids: error.quarantined });
      throw error;
    }
    throw problem(503, 'upstream-behind', 'Events are still being taken in', 'Nothing was recorded. Call again in a moment.');
  }

  @Get()
  @Scopes('ledger:read')
  @ApiOperation({ summary: 'Payment sources, declared or only seen in payments' })
  async list(@Caller() caller: Principal): Promise<{ items: ListedSource[] }> {
    return { items: await this.sources.list(creditorOf(caller)) };
  }
}

function named(source: string): string {
  if (/^[!-~ ]{1,40}$/.test(source)) return source;
  throw problem(400, 'invalid-request', 'The source is not valid', 'Use 1 to 40 visible ASCII characters, as in the `source` of its payments.');
}
