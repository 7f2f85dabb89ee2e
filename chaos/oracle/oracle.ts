import { setTimeout as pause } from 'node:timers/promises';
import type { Whereabouts } from '../house';
import { PROVIDER_FAULTS, RECEIVER_FAULTS, type ProviderFault, type ReceiverFault } from '../schedule';
import { Database, type Reading, SCHEMAS, type Sent } from './database';
import * as invariants from './invariants';
import type { Finding } from './invariants';
import { Load } from './load';
import { type Accepted, Provider } from './provider';
import { type Posted, Receiver } from './receiver';
import { REGUA } from './regua';
import { Topics } from './topics';
import { CREDITOR, PLATFORM } from './truth';

const LOOK_WAIT_MS = 10_000;
const REST_MS_MAX = 60_000;
const QUIET_MS = 10_000;
const QUIET_WAIT_MS_MAX = 30_000;
const STANDSTILL_WAIT_MS_MAX = 60_000;
const GROUPS = ['billing-ingestion', 'payment-reconciliation', 'dunning-orchestration', 'negotiation', 'notifications'];

/** What the oracle has to say at the end; a violation bears the time it was first seen at. */
export interface Judgement {
  readonly events: number;
  readonly rested_ms: number | null;
  readonly witnesses: Readonly<Record<string, number>>;
  readonly invariants: readonly { name: string; checked: number; violations: readonly { at: string; rows: unknown }[] }[];
}

/** What left the house, as those who took it remember it. */
interface Taken {
  readonly mails: readonly Accepted[];
  readonly acts: readonly Posted[];
}

/** Keeps the truth and compares it with what the house does: all along what must hold at any moment, in the end the rest. */
export class Oracle {
  private readonly database: Database;
  private readonly topics: Topics;
  private readonly provider: Provider;
  private readonly receiver: Receiver;
  private readonly load: Load;
  private readonly violations = new Map<string, { at: string; rows: unknown }[]>();
  private readonly relays = new Map<number, number>();
  private takeovers = 0;
  private looking: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  constructor(private readonly house: Whereabouts) {
    this.database = new Database(house.postgres_url);
    this.topics = new Topics(house.brokers, house.prefix, PLATFORM);
    this.provider = new Provider(house.seed);
    this.load = new Load(house, this.database, this.topics.kafka);
    this.receiver = new Receiver(house.seed, (act) => this.load.reply(act));
  }

  /** Provider and receiver listen before the house starts. */
  async open(): Promise<void> {
    await this.provider.listen(this.house.smtp_port);
    await this.receiver.listen(this.house.receiver_port);
  }

  /** Makes the creditor, its platform and its payment source known, then begins to tell. */
  async begin(): Promise<void> {
    await this.database.watchOutboxes();
    await this.call('billing-ingestion', 'PUT', `/v1/creditors/${CREDITOR}`, { name: 'Academia Sol Ltda', document: '11222333000181', address: 'Rua das Flores 10, São Paulo, SP' });
    // Known here, but the platform may not speak for it.
    await this.call('billing-ingestion', 'PUT', '/v1/creditors/outra-casa', { name: 'Outra Casa Ltda', document: '11444777000161', address: 'Rua B 2, Recife, PE' });
    await this.call('billing-ingestion', 'PUT', `/v1/platforms/${PLATFORM}`, { creditors: [CREDITOR] });
    await this.call('billing-ingestion', 'PUT', '/v1/sources/upstream', { rails: ['PIX_COB', 'BOLETO', 'CARD'], lag_business_days: 1 });
    await this.call('dunning-orchestration', 'POST', '/v1/reguas', { document: REGUA });
    await this.call('dunning-orchestration', 'PUT', '/v1/acts/carrier', { carries_out: ['retry'] });
    await this.call('dunning-orchestration', 'PUT', '/v1/acts/webhook', { url: this.house.receiver_url, secrets: ['s'.repeat(32)] });
    await this.call('billing-ingestion', 'POST', '/v1/sources/upstream/checked', { covered_until: this.dayBefore() });
    await this.topics.start();
    await this.load.start();
    this.looking = this.lookAgainAndAgain();
  }

  private dayBefore(): string {
    return new Date(Date.parse(`${this.house.today}T12:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
  }

  private async call<T>(service: string, method: string, path: string, body?: unknown): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(`${this.house.urls[service]}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.house.admin_key}`, 'x-emdia-creditor': CREDITOR, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }).catch((error: Error) => error);
      if (response instanceof Response && response.ok) return (await response.json()) as T;
      if (attempt === 30) throw new Error(`${method} ${path} was not done: ${response instanceof Response ? await response.text() : response.message}`);
      await pause(1_000);
    }
  }

  misbehave(fault: ProviderFault | ReceiverFault, forMs: number): Promise<void> {
    const isOf = <F extends string>(faults: readonly F[], each: string): each is F => (faults as readonly string[]).includes(each);
    return isOf(RECEIVER_FAULTS, fault) ? this.receiver.moods.misbehave(fault, forMs) : this.provider.moods.misbehave(fault, forMs);
  }

  private taken(): Taken {
    return { mails: [...this.provider.accepted], acts: [...this.receiver.taken] };
  }

  private note({ name, violations }: Finding): void {
    const known = this.violations.get(name) ?? [];
    this.violations.set(name, known);
    for (const rows of violations) {
      if (known.some((each) => JSON.stringify(each.rows) === JSON.stringify(rows))) continue;
      known.push({ at: new Date().toISOString(), rows });
    }
  }

  private async lookAgainAndAgain(): Promise<void> {
    for (let turn = 0; !this.stopping.signal.aborted; turn++) {
      try {
        await this.watchRelays();
        if (turn % (LOOK_WAIT_MS / 500) === 0) for (const finding of await this.always(this.database, this.taken(), false)) this.note(finding);
      } catch {
        // The database is away; it is looked at again.
      }
      await pause(500, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  /** Who holds the lock of each service's relay; another backend than before is another relay that leads now. */
  private async watchRelays(): Promise<void> {
    const rows = await this.database.query<{ lock: number; pid: number }>(`select objid::int8 as lock, pid from pg_locks where locktype = 'advisory' and granted and objsubid = 1`);
    for (const { lock, pid } of rows) {
      const before = this.relays.get(lock);
      if (before !== undefined && before !== pid) this.takeovers++;
      this.relays.set(lock, pid);
    }
  }

  /** What must hold at any moment. */
  private async always(reading: Reading, { mails, acts }: Taken, final: boolean): Promise<Finding[]> {
    const heard = [...this.topics.records];
    const [sent, calls, kept] = [await reading.sent(), await reading.calls(), await reading.acts()];
    const sums = await reading.surely<{ what: string; cents: number }>(`
      select 'entry ' || entry_id as what, sum(amount_cents) as cents from reconciliation.posting group by entry_id
      union all select 'creditor ' || e.creditor_id || ' ' || e.currency, sum(p.amount_cents) from reconciliation.posting p join reconciliation.entry e on e.id = p.entry_id group by e.creditor_id, e.currency`);
    return [
      invariants.order(sent, heard), invariants.takenOnce(mails, calls), invariants.oncePerDay(mails, calls), invariants.stepsOnce(sent, mails, final),
      invariants.leftAlone(sent, calls), invariants.leftInPeace(this.load.asked, await this.standing(reading), calls), invariants.toldTrueTime(mails, calls), invariants.balanced(sums),
      invariants.actsAsAsked(acts, sent, kept), invariants.actsLeftAlone(sent), invariants.retriedOncePerDay(acts),
    ];
  }

  /** Which promises, disputes and holds stand. */
  private async standing(reading: Reading): Promise<Set<string>> {
    const rows = await reading.surely<{ kind: string; receivable_id: string }>(`
      select 'promise' as kind, receivable_id from negotiation.promise join negotiation.cover on thing_id = promise_id where status = 'active'
      union all select 'dispute', receivable_id from negotiation.dispute join negotiation.cover on thing_id = dispute_id where status = 'open'
      union all select 'hold', unnest(receivable_ids) from dunning.hold where lifted_at is null`);
    return new Set(rows.map(({ kind, receivable_id }) => `${kind} ${receivable_id}`));
  }

  /** Everything has been told and no fault is left: waits for rest, unattended, and judges. */
  async judge(): Promise<Judgement> {
    await this.load.stop();
    const rested_ms = await this.rest(0, REST_MS_MAX);
    await this.rest(QUIET_MS, QUIET_WAIT_MS_MAX);
    this.stopping.abort();
    await this.looking;
    const found = await this.atAStandstill(async (reading, taken) => [...(await this.always(reading, taken, true)), ...(await this.atTheEnd(reading, taken))]);
    const findings = [...found, ...(await this.laws()), {
      name: 'lag is back to normal within 60 s, unattended', checked: 1, violations: rested_ms === null ? [await this.unrest()] : [],
    }];
    findings.forEach((each) => this.note(each));
    const judgement = {
      events: this.load.published,
      rested_ms,
      witnesses: await this.witnesses(),
      invariants: findings.map(({ name, checked }) => ({ name, checked, violations: this.violations.get(name)! })),
    };
    await Promise.allSettled([this.topics.stop(), this.provider.close(), this.receiver.close()]);
    await this.database.close();
    return judgement;
  }

  /** How long it took until every group had everything that stood in the topics, outboxes were empty and nothing was due; null: longer than that. */
  private async rest(quietMs: number, waitMsMax: number): Promise<number | null> {
    const began = Date.now();
    let ends: { place: string; topic: string; high: number }[] | null = null;
    let busy: string[] = [];
    while (Date.now() - began < waitMsMax) {
      try {
        ends ??= await this.topics.ends();
        busy = await this.unrest(ends, quietMs);
        if (busy.length === 0) return Date.now() - began;
      } catch (error) {
        busy = [(error as Error).message];
      }
      await pause(500);
    }
    console.log(`Not at rest within ${waitMsMax / 1000} s: ${busy.join('; ')}`);
    return null;
  }

  private async unrest(ends: readonly { place: string; high: number }[] = [], quietMs = 0): Promise<string[]> {
    const busy = await this.database.atWork(new Date(Date.now() + this.house.offset_ms - 1_000), quietMs);
    for (const group of GROUPS) {
      const acknowledged = await this.topics.acknowledged(`${this.house.prefix}emdia.${group}`);
      for (const { place, high } of ends) {
        const at = acknowledged.get(place) ?? -1;
        if (at !== -1 && at < high) busy.push(`${group} is ${high - at} behind in ${place}`);
      }
    }
    return busy;
  }

  /**
   * Reads at one instant at which nobody is sending: a provider that said "later" is asked again up to minutes after the last
   * fault, and what is on its way is neither taken nor written down. What still moves at the deadline is judged as it stands.
   */
  private async atAStandstill<T>(read: (reading: Reading, taken: Taken) => Promise<T>): Promise<T> {
    for (const deadline = Date.now() + STANDSTILL_WAIT_MS_MAX; ; await pause(200)) {
      const found = await this.database.atOneInstant(async (reading) => {
        const before = this.taken();
        const busy = await reading.atWork(new Date(Date.now() + this.house.offset_ms), 0);
        const taken = this.taken();
        if ((busy.length > 0 || taken.mails.length > before.mails.length || taken.acts.length > before.acts.length) && Date.now() < deadline) return null;
        if (busy.length > 0) console.log(`No standstill within ${STANDSTILL_WAIT_MS_MAX / 1000} s: ${busy.join('; ')}`);
        for (let tries = 0; tries < 60 && !(await this.topics.isUpToDate()); tries++) await pause(500);
        return { of: await read(reading, taken) };
      });
      if (found) return found.of;
    }
  }

  private async atTheEnd(reading: Reading, { mails, acts }: Taken): Promise<Finding[]> {
    const { lives, asked, garbage } = this.load;
    const [sent, calls] = [await reading.sent(), await reading.calls()];
    const receivables = await reading.surely<invariants.Books['receivables'][number]>(`
      select r.invoice_id, r.amount_cents, r.open_cents, r.status, r.original_due_date as due_date,
        (select coalesce(sum(p.amount_cents), 0) from reconciliation.posting p where p.receivable_id = r.receivable_id and p.account = 'receivable') as posted_cents
      from reconciliation.receivable r`);
    const payments = await reading.surely<invariants.Books['payments'][number]>(`
      select p.payment_id, p.received_cents, p.refunded_cents,
        (select count(*) from reconciliation.posting b where b.payment_id = p.payment_id and b.account = 'cash' and b.amount_cents > 0) as receipts,
        (select coalesce(sum(b.amount_cents), 0) from reconciliation.posting b where b.payment_id = p.payment_id and b.account = 'cash') as booked_cents
      from reconciliation.payment p where p.received_cents > 0`);
    const events = await reading.surely<{ event_id: string }>(`select event_id from billing.upstream_event where creditor_id = $1`, [CREDITOR]);
    const quarantined = await reading.surely<{ event_id: string; reason: string }>(`select event_id, reason from billing.quarantine`);
    const letters = await reading.surely<{ schema: string; reason: string; detail: string }>(SCHEMAS.map((schema) => `select '${schema}' as schema, reason, detail from ${schema}.dead_letter`).join(' union all '));
    const times = await reading.surely<{ kind: string; receivable_id: string; times: number }>(`
      select kind, receivable_id, count(*) as times from (
        select 'promise' as kind, receivable_id from negotiation.promise join negotiation.cover on thing_id = promise_id
        union all select 'dispute', receivable_id from negotiation.dispute join negotiation.cover on thing_id = dispute_id
        union all select 'hold', unnest(receivable_ids) from dunning.hold) t group by 1, 2`);
    const books = { receivables, payments };
    return [
      invariants.nothingUnpublished(sent, this.topics.records),
      invariants.eventsTakenIn(lives, events.map(({ event_id }) => event_id)),
      invariants.invoicesAsTold(lives, books, false), invariants.invoicesAsTold(lives, books, true), invariants.paymentsAsTold(lives, books),
      invariants.poisonKept(lives, quarantined), invariants.deadLettersOfGarbage(garbage, letters),
      invariants.endsAsTaken(mails, calls), invariants.actsEndAsTaken(acts, await reading.acts()), invariants.askedOnce(asked, times),
    ];
  }

  /** The auditor's own count, as a second opinion. */
  private async laws(): Promise<Finding[]> {
    const { laws } = await this.call<{ laws: { law: number; name: string; checked: number; violations: number; [more: string]: unknown }[] }>('auditor', 'GET', '/v1/audit?still=true');
    return laws.map(({ law, name, checked, violations, ...more }) => ({ name: `law ${law}: ${name} (auditor)`, checked, violations: violations > 0 ? [{ law, violations, ...more }] : [] }));
  }

  private async witnesses(): Promise<Record<string, number>> {
    const [row] = await this.database.surely<Record<string, number>>(`
      select count(*) filter (where history @> '[{"reason":"stale"}]') as "gate refused as stale", count(*) filter (where status = 'unknown') as "outcome unknown, never sent again",
        count(*) filter (where status = 'sent' and attempt > 1) as "came back and was sent later" from notifications.delivery`);
    const sent: Sent[] = await this.database.sent();
    const consumers: Record<string, string[]> = { billing: ['reconciliation', 'dunning'], reconciliation: ['dunning', 'negotiation'], dunning: ['notifications', 'reconciliation'], negotiation: ['reconciliation', 'dunning'], notifications: ['dunning', 'billing'] };
    const repeated = invariants.grouped(this.topics.records.filter(({ id }) => id !== null), ({ id }) => id!);
    const twice = [...repeated].filter(([, records]) => records.length > 1).map(([id]) => id);
    const schemaOf = new Map(sent.map(({ event_id, schema }) => [event_id, schema]));
    let refused = 0;
    for (const schema of SCHEMAS) {
      const ids = twice.filter((id) => consumers[schemaOf.get(id) ?? '']?.includes(schema));
      const [found] = await this.database.surely<{ times: number }>(`select count(*) as times from ${schema}.inbox where event_id = any($1::uuid[])`, [ids]);
      refused += found!.times;
    }
    const [taken] = await this.database.surely<{ times: number }>(`select count(*) as times from billing.upstream_event where event_id = any($1::text[])`, [twice.filter((id) => !schemaOf.has(id))]);
    const place = new Map<string, number>();
    for (const [index, { id }] of this.topics.records.entries()) if (id !== null && !place.has(id)) place.set(id, index);
    const early = [...place].filter(([id, index]) => /^e-pay-\d+-\d+-0$/.test(id) && index < (place.get(id.replace('e-pay', 'e-inv').replace(/-0$/, '')) ?? -1)).length;
    return {
      'duplicate refused': refused,
      "platform's duplicate refused": taken!.times,
      'payment came before its invoice': early,
      'garbage kept': this.load.lives.reduce((sum, { poison }) => sum + poison.length, 0),
      'relay took over': this.takeovers,
      ...row,
      'provider took a message': this.provider.accepted.length,
      'receiver took an act': this.receiver.taken.length,
      'receiver took an act once more': this.receiver.taken.length - new Set(this.receiver.taken.map(({ act_id }) => act_id)).size,
      ...Object.fromEntries(PROVIDER_FAULTS.map((fault) => [`met ${fault}`, this.provider.moods.met[fault] ?? 0])),
      ...Object.fromEntries(RECEIVER_FAULTS.map((fault) => [`met ${fault}`, this.receiver.moods.met[fault] ?? 0])),
    };
  }
}
