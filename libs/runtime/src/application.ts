import 'reflect-metadata';
import { Injectable, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { services, type Contract, type ServiceName } from '@emdia/contracts';
import { Clock, WallClock } from '@emdia/clock';
import { Database } from '@emdia/database';
import { DeadLetters, EventStrategy, Heart, messagingMigrations, outboxDepth, Partitions, Relay, reread, Rethrow, Runner, Seal, UpstreamProgress, type Source, type Subscription } from '@emdia/messaging';
import type { NextFunction, Request, Response } from 'express';
import { Logger, LoggerModule } from 'nestjs-pino';
import type { Logger as PinoLogger } from 'pino';
import { AuthGuard } from './auth';
import { MediaTypeGuard, readBodies } from './bodies';
import { Config, isServiceName } from './config';
import { deadLettersController, ReactionsOf } from './dead-letters.controller';
import { Health, healthController } from './health';
import { InternalClient } from './internal-client';
import { loggerOf, requestLogs } from './logging';
import { Metrics } from './metrics';
import { documentOf } from './open-api';
import { ProblemFilter } from './problem';
import { RequestPipe } from './request';
import type { Service, Surroundings } from './service';
import { Sweeps } from './sweeps';

const HEARTBEATS: readonly ServiceName[] = ['billing-ingestion', 'dunning-orchestration', 'negotiation'];

export const groupOf = (service: string): string => `emdia.${service}`;

@Module({})
class RuntimeModule {}

const FRAMEWORK = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication', 'NestMicroservice']);

/** Leaves out what Nest says of every route and module at start. */
@Injectable()
class QuietLogger extends Logger {
  override log(message: unknown, ...rest: unknown[]): void {
    if (!FRAMEWORK.has(String(rest.at(-1)))) super.log(message, ...rest);
  }
}

/** One service of a house: its Nest application, database, subscription, relay, heart and sweeps. */
export class Application {
  readonly metrics = new Metrics();
  readonly health = new Health();
  readonly sweeps: Sweeps;
  readonly runner: Runner;
  private readonly reactionsOf = new ReactionsOf();
  private nest!: NestExpressApplication;
  private readonly logger: PinoLogger;
  private subscription: Subscription | null = null;
  private relay: Relay | null = null;
  private heart: Heart | null = null;
  private source: Source | null = null;
  private readonly deadLetters: DeadLetters;
  /** Counts what was committed, so that the house can tell whether anything happened between two looks. */
  commits = 0;
  /** The count of what was stored at which nothing was under way. */
  private restingSince = -1;

  private constructor(
    readonly service: Service,
    readonly database: Database,
    private readonly around: Surroundings,
    readonly internal: InternalClient,
  ) {
    const { clock, wall, config } = around;
    this.logger = loggerOf(service.name, config.logLevel);
    this.sweeps = new around.sweeps(clock, wall, (name, error) => this.failed(`sweep ${name}`, error));
    this.deadLetters = new DeadLetters(database, new Seal(config.installationKey, 'dead-letters'));
    this.runner = new Runner({
      service: service.name,
      database,
      clock,
      wall,
      deadLetters: this.deadLetters,
      observer: {
        committed: () => {
          this.commits++;
          this.relay?.poke();
          this.sweeps.poke();
        },
        handled: (type, count) => this.metrics.handled.inc({ type }, count),
        setAside: (reason, event, detail) => {
          this.metrics.setAside.inc({ reason });
          this.logger.error({ event_id: event?.id, event_type: event?.type, reason, detail }, 'An event was set aside; see dead letters.');
        },
      },
    });
  }

  static async create(service: Service, around: Surroundings, internal: InternalClient): Promise<Application> {
    const schema = isServiceName(service.name) ? services[service.name].schema : service.name;
    const database = new Database({ url: around.config.databaseUrl(service.name), schema });
    const application = new Application(service, database, around, internal);
    try {
      if (isServiceName(service.name)) await database.migrate([...messagingMigrations(schema), ...service.migrations]);
      await application.build();
    } catch (error) {
      await database.close();
      throw error;
    }
    return application;
  }

  /** Handles a request as Express does. */
  get handle(): (request: unknown, response: unknown) => void {
    return this.nest.getHttpAdapter().getInstance() as (request: unknown, response: unknown) => void;
  }

  private async build(): Promise<void> {
    const { name } = this.service;
    const { config } = this.around;
    this.nest = await NestFactory.create<NestExpressApplication>(this.module(), new ExpressAdapter(), { bufferLogs: true, abortOnError: false, bodyParser: false });
    this.nest.useLogger(this.nest.get(QuietLogger));
    this.nest.use((request: Request, response: Response, next: NextFunction) => {
      const end = this.metrics.requests.startTimer({ method: request.method });
      // The pattern of the route, never the path: ids would make a series each.
      response.once('finish', () => end({ route: String((request.route as { path?: unknown } | undefined)?.path ?? 'none'), status: response.statusCode }));
      next();
    });
    readBodies(this.nest, this.service.raw);
    if (isServiceName(name)) await this.connect(name);
    SwaggerModule.setup(`${name}/docs`, this.nest, () => documentOf(this.nest, name), { jsonDocumentUrl: `${name}/openapi.json` });
    await this.nest.init();
    // The auditor has no schema of its own; it tells itself whether it can read those of the others.
    if (isServiceName(name)) this.health.add({ name: 'database', check: async () => (await this.database.query('select 1')).length === 1 });
    this.logger.info({ production: config.production }, `${name} is built`);
  }

  private async connect(name: ServiceName): Promise<void> {
    const strategy = new EventStrategy(name);
    const micro = this.nest.connectMicroservice({ strategy }, { inheritAppConfig: false, deferInitialization: true });
    micro.useGlobalFilters(new Rethrow());
    await this.nest.startAllMicroservices();
    const reading = this.service.reading ? this.nest.get(this.service.reading, { strict: false }) : null;
    this.reactionsOf.reactions = {
      consumes: strategy.consumes,
      react: (event) => strategy.react(event),
      ...(reading?.read ? { read: (delivery) => reading.read!(delivery) } : {}),
      ...(reading?.identify ? { identify: (delivery) => reading.identify!(delivery) } : {}),
    };
  }

  private module(): DynamicModule {
    const { config, clock, wall, broker } = this.around;
    const { name } = this.service;
    const shared: Provider[] = [
      { provide: Config, useValue: config },
      { provide: Clock, useValue: clock },
      { provide: WallClock, useValue: wall },
      { provide: Database, useValue: this.database },
      { provide: Runner, useValue: this.runner },
      { provide: DeadLetters, useValue: this.deadLetters },
      { provide: ReactionsOf, useValue: this.reactionsOf },
      { provide: Sweeps, useValue: this.sweeps },
      { provide: InternalClient, useValue: this.internal },
      { provide: Metrics, useValue: this.metrics },
      { provide: Health, useValue: this.health },
      { provide: Partitions, useValue: new Partitions(broker) },
      { provide: UpstreamProgress, useValue: new UpstreamProgress(broker, groupOf(name)) },
    ];
    return {
      module: RuntimeModule,
      global: true,
      imports: [LoggerModule.forRoot(requestLogs(this.logger)), this.service.module],
      controllers: [healthController(name), ...(isServiceName(name) ? [deadLettersController(name)] : [])],
      providers: [
        ...shared,
        QuietLogger,
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_GUARD, useClass: MediaTypeGuard },
        { provide: APP_PIPE, useClass: RequestPipe },
      ],
      exports: shared,
    };
  }

  /** Begins to consume. All services of a house do so before any publishes: a broker owes an event to the groups it knows. */
  async listen(): Promise<void> {
    const { reactions } = this.reactionsOf;
    if (!reactions) return;
    const topics = [...new Set([...reactions.consumes.values()].map((contract: Contract) => contract.topic))];
    this.subscription = await this.around.broker.subscribe(groupOf(this.service.name), topics, async (batch) => {
      try {
        await this.runner.batch(batch, reactions);
      } catch (error) {
        this.failed('consumer', error as Error);
        throw error;
      }
    });
  }

  /** Begins to publish, to beat and to sweep. */
  async start(): Promise<void> {
    const { broker, clock, wall } = this.around;
    const { name } = this.service;
    if (isServiceName(name)) {
      this.source = await broker.source(name, reread(this.database));
      this.relay = new Relay({ name, database: this.database, wall, source: this.source, failed: (error) => this.failed('relay', error) });
      this.relay.start();
      this.observe(this.subscription!, this.relay);
      if (HEARTBEATS.includes(name)) {
        const partitions = broker.partitions(`${this.database.schema}.events.v1`);
        this.heart = new Heart({ service: name, database: this.database, clock, wall, partitions, beat: () => this.relay?.poke(), failed: (error) => this.failed('heart', error) });
        this.heart.start();
      }
    }
    this.sweeps.start();
    this.health.started();
  }

  private observe(subscription: Subscription, relay: Relay): void {
    this.health.add({ name: 'consumer', check: async () => ({ ok: subscription.healthy(), lag: subscription.lag() }) });
    this.health.add({ name: 'relay', check: async () => relay.healthy() });
    this.metrics.gauge('emdia_consumer_lag_events', 'Events handed to this group and not yet taken in.', () => subscription.lag());
    this.metrics.gauge('emdia_outbox_rows', 'Rows waiting in the outbox, heartbeats left out.', () => outboxDepth(this.database));
  }

  /** What is at work here as far as this process knows, in words; costs nothing. */
  working(): string[] {
    return this.sweeps.working().map((sweep) => `${this.service.name}: sweep ${sweep}`);
  }

  /**
   * What only the database can tell to be under way, in words; empty when nothing is. What was at rest stays so until
   * something is committed, as a driven house is all in one process.
   */
  async underWay(): Promise<string[]> {
    const { name } = this.service;
    const stored = this.commits + this.sweeps.stirs;
    if (stored === this.restingSince) return [];
    const [drained, healing] = await Promise.all([this.relay?.drained() ?? true, this.sweeps.healing()]);
    if (drained && healing.length === 0) this.restingSince = stored;
    return [...(drained ? [] : [`${name}: outbox`]), ...healing.map((sweep) => `${name}: sweep ${sweep} waits for wall time`)];
  }

  private failed(part: string, error: Error): void {
    this.metrics.failures.inc({ part });
    this.logger.warn({ err: error, part }, `${part} failed and will try again`);
  }

  /** Takes no more events in and begins no more sweeps; resolves when those at hand have ended. */
  async finish(): Promise<void> {
    this.health.stop();
    await Promise.all([this.sweeps.stop(), this.heart?.stop(), this.subscription?.close()]);
  }

  /** Lets go of everything; what is still in the outbox goes out after the next start. */
  async close(): Promise<void> {
    await this.relay?.stop();
    await this.source?.close();
    await this.nest.close();
    await this.database.close();
  }
}
