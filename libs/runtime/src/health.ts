import { Controller, Get, HttpStatus, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from './auth';
import { Metrics } from './metrics';

/** One part that must work for the service to be of use; `check` rejects or tells false when it does not. */
export interface Part {
  readonly name: string;
  check(): Promise<boolean | { ok: boolean; [more: string]: unknown }>;
}

/** Whether the service can do its work: the process, and every part it needs. */
export class Health {
  private readonly parts: Part[] = [];
  private state: 'starting' | 'running' | 'stopping' = 'starting';

  add(part: Part): void {
    this.parts.push(part);
  }

  started(): void {
    this.state = 'running';
  }

  /** From now on not ready, so that traffic goes elsewhere. */
  stop(): void {
    this.state = 'stopping';
  }

  async ready(): Promise<{ ready: boolean; parts: Record<string, unknown> }> {
    const told = await Promise.all(
      this.parts.map(async ({ name, check }) => [name, await check().then(asAnswer, (error: Error) => ({ ok: false, detail: error.message }))] as const),
    );
    return { ready: this.state === 'running' && told.every(([, { ok }]) => ok), parts: { process: this.state, ...Object.fromEntries(told) } };
  }
}

const asAnswer = (answer: boolean | { ok: boolean }): { ok: boolean } => (typeof answer === 'boolean' ? { ok: answer } : answer);

/** Liveness says that the process answers; readiness asks database, broker, last poll and relay. */
export const healthController = (service: string) => {
  @ApiExcludeController()
  @Controller(service)
  class HealthController {
    constructor(
      @Inject(Health) private readonly health: Health,
      @Inject(Metrics) private readonly metrics: Metrics,
    ) {}

    @Public()
    @Get('health/live')
    live(): { live: true } {
      return { live: true };
    }

    @Public()
    @Get('health/ready')
    async ready(@Res({ passthrough: true }) response: Response): Promise<unknown> {
      const state = await this.health.ready();
      response.status(state.ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
      return state;
    }

    @Public()
    @Get('metrics')
    async scrape(@Res() response: Response): Promise<void> {
      response.type(this.metrics.registry.contentType).send(await this.metrics.registry.metrics());
    }
  }
  return HealthController;
};
