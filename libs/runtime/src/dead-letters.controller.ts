import { Body, Controller, Get, Inject, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Instant, NotAnEvent, Uuid } from '@emdia/contracts';
import { Type } from '@sinclair/typebox';
import { DeadLetters, Forbidden, Runner, type Reactions } from '@emdia/messaging';
import { IsIn, IsObject } from 'class-validator';
import { Answers, orNull, pageOf } from './answers';
import { Scopes } from './auth';
import { MayLack } from './fields';
import { cursorOf, Page, paged } from './page';
import { problem } from './problem';
import { PathId } from './request';

const STATUSES = ['open', 'replayed', 'discarded'] as const;
const DeadLetterView = Type.Object(
  {
    id: Uuid, event_id: Type.String(), event_type: Type.String(), topic: Type.String(), key: Type.String(), creditor_id: orNull(Type.String()), customer_id: orNull(Type.String()), source: orNull(Type.String()),
    reason: Type.String(), detail: Type.String(), status: Type.Unsafe({ enum: STATUSES }), recorded_at: Instant,
  },
  { additionalProperties: false },
);
const Outcome = (status: string) => Type.Object({ status: Type.Literal(status) });

class DeadLetterQuery extends Page {
  @MayLack({ enum: STATUSES, default: 'open' })
  @IsIn(STATUSES)
  status: string = 'open';
}

class Correction {
  @MayLack({ description: 'The whole corrected CloudEvent; without it the one that was kept is tried again.', type: 'object', additionalProperties: true })
  @IsObject()
  event?: object;
}

/** Told by run() once the handlers are known. */
export class ReactionsOf {
  reactions: Reactions | null = null;
}

export const deadLettersController = (service: string) => {
  @ApiTags('dead letters')
  @Controller(`${service}/v1/dead-letters`)
  class DeadLettersController {
    constructor(
      @Inject(DeadLetters) private readonly letters: DeadLetters,
      @Inject(Runner) private readonly runner: Runner,
      @Inject(ReactionsOf) private readonly of: ReactionsOf,
    ) {}

    @Get()
    @Scopes('admin')
    @Answers(pageOf(DeadLetterView), 'A page, the oldest first')
    @ApiOperation({ summary: 'Events that this service could not take in' })
    async list(@Query() query: DeadLetterQuery): Promise<unknown> {
      const after = cursorOf(query, 'instant', 'uuid') as [string, string] | null;
      const rows = await this.letters.list({ status: query.status, after, limit: query.limit + 1 });
      return paged(rows, query.limit, (row) => [row.recorded_at, row.id]);
    }

    @Post(':id/replay')
    @Scopes('admin')
    @Answers(Outcome('replayed'), 'It was taken in')
    @ApiOperation({ summary: 'Take one in after all, as it was or corrected' })
    async replay(@PathId('id', Uuid) id: string, @Body() body: Correction): Promise<{ status: string }> {
      try {
        if (!(await this.runner.replay(id, this.of.reactions!, body.event ? JSON.stringify(body.event) : undefined))) throw missing(id);
      } catch (error) {
        if (error instanceof NotAnEvent) throw new Forbidden('unreadable', `${error.message} Send the corrected event.`);
        throw error;
      }
      return { status: 'replayed' };
    }

    @Post(':id/discard')
    @Scopes('admin')
    @Answers(Outcome('discarded'), 'It was set aside')
    @ApiOperation({ summary: 'Set one aside for good' })
    async discard(@PathId('id', Uuid) id: string): Promise<{ status: string }> {
      if (!(await this.runner.discard(id))) throw missing(id);
      return { status: 'discarded' };
    }
  }
  return DeadLettersController;
};

const missing = (id: string) => problem(404, 'not-found', 'No open dead letter', `There is no open dead letter ${id}; it may have been replayed or discarded already.`);
