import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { oneOf, Uuid } from '@emdia/contracts';
import { Answers, Caller, cursorOf, CustomerPage, MayLack, orNull, paged, pageOf, PathId, problem, Scopes, type Principal } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { IsIn, IsObject, IsString, Length, MaxLength } from 'class-validator';
import type { Receipt } from '../upstream/mapping';
import { reasons } from '../upstream/reasons';
import { refusal } from '../upstream/submissions';
import { Quarantine, Quarantined, type Listed } from './quarantine';

const REASONS = Object.keys(reasons);
const STATUSES = ['open', 'replayed', 'discarded'];

class QuarantineQuery extends CustomerPage {
  @MayLack({ enum: STATUSES, default: 'open' }) @IsIn(STATUSES)
  status: string = 'open';
  @MayLack({ enum: REASONS }) @IsIn(REASONS)
  reason?: string;
  @MayLack({ maxLength: 300, description: 'A platform, `api:<creditor>` or `file:<creditor>`.' }) @IsString() @MaxLength(300)
  origin?: string;
}

class ReplayBody {
  @MayLack({ description: 'The whole corrected CloudEvent; without it the event is tried again as it came.', type: 'object', additionalProperties: true }) @IsObject()
  event?: object;
}

class DiscardBody {
  @ApiProperty({ minLength: 3, maxLength: 300, example: 'Cobrança de teste, enviada por engano.' }) @IsString() @Length(3, 300)
  reason!: string;
}

@ApiTags('quarantine')
@Controller('v1/quarantine')
export class QuarantineController {
  constructor(private readonly quarantine: Quarantine) {}

  @Get()
  @Scopes('quarantine:read')
  @Answers(pageOf(Quarantined), 'A page')
  @ApiOperation({ summary: 'Events that were refused and kept, oldest first' })
  async list(@Query() query: QuarantineQuery, @Caller() caller: Principal): Promise<unknown> {
    const rows = await this.quarantine.list(caller.creditor_id, query, cursorOf(query, 'instant', 'uuid'), query.limit + 1);
    return paged(rows, query.limit, ({ received_at, id }) => [received_at, id]);
  }

  @Get(':id')
  @Scopes('quarantine:read')
  @Answers(Type.Object({ ...Quarantined.properties, body: orNull(Type.String({ description: 'Null once it was forgotten' })) }), 'The event')
  @ApiOperation({ summary: 'One of them, with its body as it came' })
  async one(@PathId('id', Uuid) id: string, @Caller() caller: Principal): Promise<Listed & { body: string | null }> {
    const entry = await this.quarantine.one(caller.creditor_id, id);
    if (!entry) throw missing();
    return entry;
  }

  @Post(':id/replay')
  @Scopes('quarantine:write')
  @Answers(Type.Object({ id: Uuid, status: Type.Literal('replayed'), outcome: oneOf('accepted', 'unchanged') }), 'It was taken in')
  @ApiOperation({ summary: 'Try one again, as it came or corrected', description: 'Refused again, it stays open and the answer says why.' })
  async replay(@PathId('id', Uuid) id: string, @Body() body: ReplayBody, @Caller() caller: Principal): Promise<{ id: string; status: 'replayed'; outcome: Receipt['outcome'] }> {
    const receipt = await this.quarantine.replay(caller, id, body.event);
    if (!receipt) throw missing();
    if (receipt.outcome === 'rejected') throw refusal(receipt);
    return { id, status: 'replayed', outcome: receipt.outcome };
  }

  @Post(':id/discard')
  @Scopes('quarantine:write')
  @Answers(Type.Object({ id: Uuid, status: Type.Literal('discarded') }), 'It was set aside')
  @ApiOperation({ summary: 'Set one aside for good, with the reason' })
  async discard(@PathId('id', Uuid) id: string, @Body() { reason }: DiscardBody, @Caller() caller: Principal): Promise<{ id: string; status: 'discarded' }> {
    if (!(await this.quarantine.discard(caller, id, reason))) throw missing();
    return { id, status: 'discarded' };
  }
}

const missing = () => problem(404, 'not-found', 'No such event in quarantine', 'It does not exist, is not yours, or was replayed or discarded already.');
