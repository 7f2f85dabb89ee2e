import { Body, Controller, Get, HttpCode, Inject, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { NotAnEvent } from '@emdia/contracts';
import { DeadLetters, Forbidden, Runner, type Reactions } from '@emdia/messaging';
import { IsIn, IsObject, IsOptional } from 'class-validator';
import { Scopes } from './auth';
import { cursorOf, Page, paged } from './page';
import { problem } from './problem';

class DeadLetterQuery extends Page {
  @ApiPropertyOptional({ enum: ['open', 'replayed', 'discarded'], default: 'open' })
  @IsOptional()
  @IsIn(['open', 'replayed', 'discarded'])
  status: string = 'open';
}

class Correction {
  @ApiPropertyOptional({ description: 'The whole corrected CloudEvent; without it the one that was kept is tried again.', type: Object })
  @IsOptional()
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
    @ApiOperation({ summary: 'Events that this service could not take in' })
    async list(@Query() query: DeadLetterQuery): Promise<unknown> {
      const after = cursorOf(query) as [string, string] | null;
      const rows = await this.letters.list({ status: query.status, after, limit: query.limit + 1 });
      return paged(rows, query.limit, (row) => [row.recorded_at, row.id]);
    }

    @Post(':id/replay')
    @HttpCode(200)
    @Scopes('admin')
    @ApiOperation({ summary: 'Take one in after all, as it was or corrected' })
    async replay(@Param('id', ParseUUIDPipe) id: string, @Body() body: Correction): Promise<{ status: string }> {
      try {
        if (!(await this.runner.replay(id, this.of.reactions!, body.event ? JSON.stringify(body.event) : undefined))) throw missing(id);
      } catch (error) {
        if (error instanceof NotAnEvent) throw new Forbidden('unreadable', `${error.message} Send the corrected event.`);
        throw error;
      }
      return { status: 'replayed' };
    }

    @Post(':id/discard')
    @HttpCode(200)
    @Scopes('admin')
    @ApiOperation({ summary: 'Set one aside for good' })
    async discard(@Param('id', ParseUUIDPipe) id: string): Promise<{ status: string }> {
      if (!(await this.runner.discard(id))) throw missing(id);
      return { status: 'discarded' };
    }
  }
  return DeadLettersController;
};

const missing = (id: string) => problem(404, 'not-found', 'No open dead letter', `There is no open dead letter ${id}; it may have been replayed or discarded already.`);
