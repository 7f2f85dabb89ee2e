import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Clock, WallClock } from '@emdia/clock';
import { derivedId, encode, outgoing, type Contract, type DataOf } from '@emdia/contracts';
import { InProcessBroker } from '@emdia/messaging';
import { Config, type House, run } from '@emdia/runtime';
import { testDatabase, type TestDatabase } from '@emdia/testing';
import { dunningOrchestration } from '../src/index';
import { creditor_id, key } from './story';

class HandClock extends Clock {
  constructor(public time: Date) {
    super();
  }
  now(): Date {
    return this.time;
  }
}

/** Dunning as it is served, from an instant on: told by events, asked by REST, and heard. */
export class ServedHouse {
  readonly clock: HandClock;
  readonly broker = new InProcessBroker(new WallClock());
  readonly heard: { type: string; data: Record<string, unknown> }[] = [];
  readonly caller: { key_id: string; creditor_id: string | null; scopes: readonly string[]; actor: string };
  database!: TestDatabase;
  house!: House;
  // Stands for billing-ingestion, which knows the API keys.
  private readonly billing = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(this.caller))).listen(0, '127.0.0.1');
  private events = 0;

  constructor(time: string, scopes: readonly string[]) {
    this.clock = new HandClock(new Date(time));
    this.caller = { key_id: 'k1', creditor_id, scopes, actor: 'agent-7' };
  }

  async open(name: string): Promise<void> {
    this.database = await testDatabase(name);
    await this.broker.subscribe('listener', ['dunning.events.v1'], async (batch) => {
      const told = batch.map(({ body }) => JSON.parse(body) as (typeof this.heard)[number]);
      this.heard.push(...told.filter(({ type }) => !type.includes('heartbeat')).map(({ type, data }) => ({ type, data })));
    });
    const config = Config.from({ DATABASE_URL: this.database.url, PORT: '0', EMDIA_LOG_LEVEL: 'silent', BILLING_INGESTION_URL: `http://127.0.0.1:${(this.billing.address() as AddressInfo).port}` });
    this.house = await run([dunningOrchestration], 'in-process', { config, clock: this.clock, broker: this.broker });
  }

  async close(): Promise<void> {
    await this.house?.stop();
    this.billing.close();
    this.billing.closeAllConnections();
    await this.database.drop();
  }

  /** Tells an event under a key, and waits until it has had its effects. */
  async publish<C extends Contract>(contract: C, data: DataOf<C>, of = key): Promise<void> {
    const source = await this.broker.source('test', async () => []);
    const event = outgoing(contract, { id: derivedId('test', ++this.events), key: of, creditor_id, now: this.clock.now(), data });
    await source.publish([{ id: String(this.events), topic: contract.topic, type: contract.type, key: of, partition: null, body: encode(event, 'test') } as never], () => undefined);
    await this.house.settle();
    await source.close();
  }

  async jumpTo(time: string): Promise<void> {
    this.clock.time = new Date(time);
    this.house.applications[0]!.sweeps.poke();
    await this.house.settle();
  }

  /** Asks as the caller, from now on one of `whose` where that is said. */
  async call(method: string, path: string, body?: object, { whose, idempotencyKey }: { whose?: string; idempotencyKey?: string | undefined } = {}) {
    if (whose !== undefined) this.caller.creditor_id = whose;
    const headers = { authorization: `Bearer emdia_k1_${this.caller.creditor_id}`, 'content-type': 'application/json', ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}) };
    const response = await fetch(`${this.house.url}/v1/${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    return { status: response.status, body: (response.status === 204 ? null : await response.json()) as Record<string, any> };
  }
}
