import { randomUUID } from 'node:crypto';
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { DrivenClock } from '@emdia/clock';
import { serviceNames, services as eventMap, type Contract } from '@emdia/contracts';
import { Application } from './application';
import { isServiceName } from './config';
import { InternalClient } from './internal-client';
import { instanceOf } from './problem';
import type { Service, Surroundings } from './service';

const PROBLEM = { 'content-type': 'application/problem+json' };
const STILL_WAIT_MS_MAX = 30_000;
const STOP_WAIT_MS_MAX = 8_000;

/** The house did not come to rest; `busy` names who was at work. */
export class NotStill extends Error {
  constructor(readonly busy: readonly string[]) {
    super(`The house is not still after ${STILL_WAIT_MS_MAX / 1000} s: ${busy.join('; ')}.`);
  }
}

/** Services that run together in one process behind one address. */
export class House {
  private requests = 0;
  private readonly processMetrics = new Registry();

  private constructor(
    private readonly opened: Application[],
    private readonly around: Surroundings,
    private readonly internal: InternalClient,
    private readonly server: Server,
  ) {
    collectDefaultMetrics({ register: this.processMetrics });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.dispatch(request, response));
    server.on('clientError', unspeakable);
  }

  static async open(services: readonly Service[], around: Surroundings): Promise<House> {
    if (around.clock instanceof DrivenClock) {
      const lacking = serviceNames.filter((name) => !services.some((service) => service.name === name));
      if (lacking.length > 0) throw new Error(`A driven clock needs every service in the house; ${lacking.join(', ')} lack.`);
    }
    unique(services);
    for (const { name } of services) around.config.databaseUrl(name);
    const internal = new InternalClient(around.config);
    await around.broker.prepare([...new Set(services.flatMap(topicsOf))]);
    const applications: Application[] = [];
    const server = createServer();
    try {
      for (const service of services) applications.push(await Application.create(service, around, internal));
      const house = new House(applications, around, internal, server);
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(around.config.port, around.config.host, resolve));
      internal.serveLocally(new Set(services.map(({ name }) => name)), house.url);
      await Promise.all(applications.map((application) => application.listen()));
      await Promise.all(applications.map((application) => application.start()));
      if (around.clock instanceof DrivenClock) around.clock.onJump(() => house.applications.forEach(({ sweeps }) => sweeps.poke()));
      return house;
    } catch (error) {
      server.close();
      await Promise.allSettled(applications.map((application) => application.finish()));
      await Promise.allSettled(applications.map((application) => application.close()));
      await around.broker.close();
      throw error;
    }
  }

  get applications(): readonly Application[] {
    return this.opened;
  }

  /** Ends one service and opens it anew, as after a crash of its process: only what it had committed is still there. */
  async restart(name: string): Promise<Application> {
    const index = this.opened.findIndex(({ service }) => service.name === name);
    const ended = this.opened[index];
    if (!ended) throw new RangeError(`There is no ${name} in this house.`);
    await ended.finish();
    await ended.close();
    const begun = await Application.create(ended.service, this.around, this.internal);
    this.opened[index] = begun;
    await begun.listen();
    await begun.start();
    return begun;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }
  get url(): string {
    const { host } = this.around.config;
    return `http://${['0.0.0.0', '::', ''].includes(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${this.port}`;
  }

  /** Business time, where it is driven; throws where it is not. */
  get clock(): DrivenClock {
    if (!(this.around.clock instanceof DrivenClock)) throw new Error('Business time is not driven in this house.');
    return this.around.clock;
  }

  private dispatch(request: IncomingMessage, response: ServerResponse): void {
    this.requests++;
    response.once('close', () => this.requests--);
    identify(request, response);
    const path = (request.url ?? '/').split('?')[0]!.slice(1);
    const application = this.applications.find(
      ({ service }) => path.startsWith(`${service.name}/`) || [...service.resources, ...(service.raw ?? [])].some((resource) => path === resource || path.startsWith(`${resource}/`)),
    );
    if (application) application.handle(request, response);
    else if (path === 'metrics') void this.processMetrics.metrics().then((text) => response.setHeader('content-type', this.processMetrics.contentType).end(text));
    else if (path === 'health/live' || path === 'health/ready') void this.told(path === 'health/live', response);
    else this.nowhere(path, request, response);
  }

  private async told(live: boolean, response: ServerResponse): Promise<void> {
    const states = live ? [] : await Promise.all(this.applications.map(async ({ service, health }) => [service.name, await health.ready()] as const));
    const ready = states.every(([, state]) => state.ready);
    response.writeHead(ready ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(live ? { live: true } : { ready, services: Object.fromEntries(states) }));
  }

  private nowhere(path: string, request: IncomingMessage, response: ServerResponse): void {
    const links = this.applications.map(({ service }) => ({ service: service.name, docs: `/${service.name}/docs`, ready: `/${service.name}/health/ready`, metrics: `/${service.name}/metrics` }));
    if (path === '') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ emdia: links }, null, 2));
      return;
    }
    const detail = `Nothing is served at this address. The docs of each service list its paths: ${links.map(({ docs }) => docs).join(', ')}.`;
    response.writeHead(404, PROBLEM).end(JSON.stringify({ type: 'urn:emdia:problem:not-found', title: 'Not found', status: 404, detail, instance: instanceOf(request) }));
  }

  /** The earliest business instant at which any service has something due; null when nothing is. */
  async nextDueAt(): Promise<Date | null> {
    return (await this.nextDue())?.at ?? null;
  }

  private async nextDue(): Promise<{ name: string; at: Date } | null> {
    const dues = await Promise.all(this.applications.map(({ sweeps }) => sweeps.nextDue()));
    return dues.filter((due) => due !== null).sort((a, b) => a.at.getTime() - b.at.getTime())[0] ?? null;
  }

  /**
   * Resolves when the house is still, seen twice running with nothing committed between: no outbox row, no
   * unacknowledged event but heartbeats, no request, sweep or send at work, nothing due now. Rejects with NotStill
   * after 30 s.
   */
  async settle(): Promise<void> {
    const { wall, broker } = this.around;
    const until = wall.monotonicMs() + STILL_WAIT_MS_MAX;
    let still = -1;
    for (;;) {
      const before = this.commits;
      const busy = await this.busy();
      if (busy.length === 0 && before === this.commits) {
        if (still === before) return this.nothingDue();
        still = before;
        continue;
      }
      still = -1;
      if (wall.monotonicMs() > until) throw new NotStill(busy);
      await wall.sleep(broker.kind === 'kafka' ? 10 : 1);
    }
  }

  /** Lets business time pass until the instant, stopping at everything that falls due on the way; still at the end. */
  async advanceTo(until: Date): Promise<void> {
    await this.settle();
    for (let due = await this.nextDueAt(); due && due <= until; due = await this.nextDueAt()) {
      this.clock.jumpTo(due);
      await this.settle();
    }
    this.clock.jumpTo(until);
    await this.settle();
  }

  private get commits(): number {
    return this.applications.reduce((sum, { commits }) => sum + commits, 0);
  }

  /** What is under way: first what this process knows, and the databases only when that is nothing. */
  private async busy(): Promise<string[]> {
    const here = [...this.applications.flatMap((application) => application.working()), ...(this.requests > 0 ? [`${this.requests} requests`] : [])];
    if (here.length > 0) return here;
    if ((await this.around.broker.unacknowledged()) > 0) return ['events that no group has acknowledged'];
    return (await Promise.all(this.applications.map((application) => application.underWay()))).flat();
  }

  private async nothingDue(): Promise<void> {
    const due = await this.nextDue();
    if (due && due.at <= this.around.clock.now()) throw new Error(`Sweep ${due.name} left something due at ${due.at.toISOString()}, which is not after now.`);
  }

  private async within(waitMsMax: number, work: Promise<unknown>): Promise<void> {
    const enough = new AbortController();
    await Promise.race([work, this.around.wall.sleep(waitMsMax, enough.signal)]);
    enough.abort();
  }

  /**
   * Stops in under 10 s. Consumers and sweeps end first, while services still answer each other; then requests; then
   * relays and connections. What does not end in time is cut: it comes again after the next start.
   */
  async stop(): Promise<void> {
    await this.within(STOP_WAIT_MS_MAX, this.wind());
    this.server.closeAllConnections();
    this.internal.close();
    await this.within(1_000, this.around.broker.close());
  }

  private async wind(): Promise<void> {
    await Promise.allSettled(this.applications.map((application) => application.finish()));
    this.server.close();
    this.server.closeIdleConnections();
    while (this.requests > 0) await this.around.wall.sleep(10);
    await Promise.allSettled(this.applications.map((application) => application.close()));
  }
}

/** Gives a request its id, the caller's own where that will do; it stands in logs, problems and the answer's header. */
function identify(request: IncomingMessage, response: ServerResponse): void {
  const given = request.headers['x-request-id'];
  const id = typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : randomUUID();
  Object.assign(request, { id });
  response.setHeader('x-request-id', id);
}

/** Answers what is not even HTTP, or whose head is too large. */
function unspeakable(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, title] = error.code === 'HPE_HEADER_OVERFLOW' ? [431, 'The head of the request is too large'] : [400, 'The request cannot be read'];
  const body = JSON.stringify({ type: 'urn:emdia:problem:bad-request', title, status, detail: 'Send HTTP/1.1, with at most 16 KiB of address and headers.', instance: instanceOf({ id: randomUUID() }) });
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
}

const topicsOf = ({ name }: Service): string[] =>
  isServiceName(name) ? [`${eventMap[name].schema}.events.v1`, ...eventMap[name].consumes.map((contract: Contract) => contract.topic)] : [];

function unique(services: readonly Service[]): void {
  const owner = new Map<string, string>();
  for (const { name, resources, raw = [] } of services) {
    for (const resource of [...resources, ...raw]) {
      const other = owner.get(resource);
      if (other) throw new Error(`Both ${other} and ${name} want the path ${resource}.`);
      owner.set(resource, name);
    }
  }
}
