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

export class Health {
  private readonly parts: Part[] = [];
  private stopping = false;

  add(part: Part): void {
    this.parts.push(part);
  }

  /** From now on not ready, so that traffic goes elsewhere. */
  stop(): void {
    this.stopping = true;
  }

  async ready(): Promise<{ ready: boolean; parts: Record<string, unknown> }> {
    const parts: Record<string, unknown> = {};
    let ready = !this.stopping;
    for (const part of this.parts) {
      const told = await part.check().then(
        (answer) => (typeof answer === 'boolean' ? { ok: answer } : answer),
        (error: Error) => ({ ok: false, detail: error.message }),
      );
      parts[part.name] = told;
      ready &&= told.ok;
    }
    return { ready, parts };
  }
}

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
