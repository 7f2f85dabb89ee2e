import { Body, Controller, Get, Post, Put } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Rail as RailName } from '@emdia/contracts';
import { Answers, ForCreditor, IsCivilDate, MayLack, PathId, problem, Scopes } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { ArrayUnique, IsArray, IsIn, IsInt, Max, Min } from 'class-validator';
import { PaymentSource, UnreadPayments } from './source';
import { ListedSource, Sources } from './sources';

const RAILS: RailName[] = ['BOLETO', 'PIX_COB', 'PIX_COBV', 'PIX_AUTO', 'CARD', 'DEBIT', 'TRANSFER', 'CASH'];

const SourceName = Type.String({ pattern: '^[!-~ ]{1,40}$', description: 'As in the `source` of its payments' });

class SourceBody {
  @ApiProperty({ type: 'array', items: { type: 'string', enum: RAILS }, uniqueItems: true, example: ['PIX_COB', 'BOLETO'], description: 'The rails by which money comes through this source; none means every rail.' })
  @IsArray() @ArrayUnique() @IsIn(RAILS, { each: true })
  rails!: RailName[];
  @MayLack({ type: 'integer', default: 1, minimum: 0, maximum: 10, description: 'How many business days it may be behind before collection waits for it.' })
  @IsInt() @Min(0) @Max(10)
  lag_business_days?: number;
}

class CheckedBody {
  @IsCivilDate({ description: 'Inclusive, in the creditor\'s zone.' })
  covered_until!: string;
}

@ApiTags('payment sources')
@Controller('v1/sources')
export class SourcesController {
  constructor(private readonly sources: Sources) {}

  @Put(':source')
  @Scopes('sources:write')
  @Answers(PaymentSource, 'Declared')
  @ApiOperation({ summary: 'Declare where payments come from', description: 'From then on collection waits for this source to say what it has covered.' })
  declare(@PathId('source', SourceName) source: string, @Body() { rails, lag_business_days }: SourceBody, @ForCreditor() creditor_id: string): Promise<PaymentSource> {
    return this.sources.declare({ creditor_id, source, rails, lag_business_days: lag_business_days ?? 1 });
  }

  @Post(':source/checked')
  @Scopes('sources:write')
  @Answers(PaymentSource, 'Recorded')
  @ApiOperation({ summary: 'Say that every payment up to a date has been told', description: 'Call it when a day is over, even when nothing was paid. Waits until events published before are taken in.' })
  async checked(@PathId('source', SourceName) source: string, @Body() { covered_until }: CheckedBody, @ForCreditor() creditorId: string): Promise<PaymentSource> {
    try {
      const covered = await this.sources.checked(creditorId, source, covered_until);
      if (covered) return covered;
    } catch (error) {
      if (error instanceof UnreadPayments) throw problem(409, error.reason, 'Payments of this source are unread', error.message, { quarantine_ids: error.quarantined });
      throw error;
    }
    throw problem(503, 'upstream-behind', 'Events are still being taken in', 'Nothing was recorded. Call again in a moment.');
  }

  @Get()
  @Scopes('ledger:read')
  @Answers(Type.Object({ items: Type.Array(ListedSource) }), 'All of them')
  @ApiOperation({ summary: 'Payment sources, declared or only seen in payments', description: 'Covered until when, as it was told here. How far each is with its files too, and which are late: GET /v1/source-coverage.' })
  async list(@ForCreditor() creditorId: string): Promise<{ items: ListedSource[] }> {
    return { items: await this.sources.list(creditorId) };
  }
}
