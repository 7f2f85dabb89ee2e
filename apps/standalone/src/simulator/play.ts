import { addDays, type CivilDate } from '@emdia/calendar';
import { actsRegua } from './acts-regua';
import { dayOf, Director } from './director';
import type { Faults } from './faults';
import type { Deed, Program, Step } from './program';
import { Unlawful } from './unlawful';
import type { Answered, Stage } from './stage';
import type { Trace } from './trace';
import { CREDITOR, isEvent, PLATFORM, SOURCE, World, type Event } from './world';

const TRIES_MAX = 12;
const RAILS = ['BOLETO', 'PIX_COB', 'CARD', 'PIX_AUTO', 'DEBIT'];
const ACTS = ['retry', 'service', 'bureau-notice', 'bureau-listing', 'protest', 'write-off'];

type Command = Exclude<Deed, Event>;

/** Who watches a run; every method is called on a house at rest. */
export interface Watch {
  dayEnded(): Promise<void>;
  stepEnded(index: number): Promise<void>;
}

const midnightAfter = (instant: Date): Date => new Date(`${addDays(dayOf(instant), 1)}T03:00:00Z`);

/** One run of a story: what the platform tells, what people ask for, and time. */
export class Play {
  private readonly world: World;
  private readonly director: Director;
  /** Ids that the house gave, by what they name. */
  private readonly given: { disputes: string[]; holds: string[] } = { disputes: [], holds: [] };
  private silentUntil: CivilDate = '';
  private asked = 0;

  constructor(
    private readonly stage: Stage,
    private readonly program: Program,
    private readonly faults: Faults,
    private readonly trace: Trace,
    private readonly watch: Watch,
  ) {
    this.world = new World(program.customers, !program.by_night, (tried) => stage.systems.tries(tried));
    this.director = new Director(stage, trace, () => watch.dayEnded(), () => void (program.by_night || this.reply()));
  }

  async run(): Promise<void> {
    const { stage, program, faults } = this;
    await stage.clear();
    stage.provider.begin(program.seed);
    stage.systems.begin(program.seed);
    await this.prepare();
    stage.faults = faults;
    faults.reseed(program.seed);
    await this.tell(program.opening);
    for (const [index, step] of program.steps.entries()) {
      faults.reseed(step.seed);
      await this.step(step);
      await this.watch.stepEnded(index);
    }
  }

  private async prepare(): Promise<void> {
    await this.must('PUT', `/v1/creditors/${CREDITOR}`, { name: 'Academia Sol Ltda', document: '11222333000181', address: 'Rua das Flores 10, São Paulo, SP' });
    await this.must('PUT', `/v1/platforms/${PLATFORM}`, { creditors: [CREDITOR] });
    await this.must('PUT', `/v1/sources/${SOURCE}`, { rails: RAILS, lag_business_days: 1 });
    if (this.program.carries !== 'nothing') {
      await this.must('POST', '/v1/reguas', { document: actsRegua() });
      await this.must('PUT', '/v1/acts/carrier', { carries_out: ACTS });
    }
    if (this.program.carries === 'by-webhook') await this.must('PUT', '/v1/acts/webhook', { url: this.stage.systems.url, secrets: ['s'.repeat(32)] });
    await this.director.settle();
  }

  /** The events of an instant in any order, then what people decide on them, then time. */
  private async step({ deeds, days, hours }: Step): Promise<void> {
    const { stage, director, world } = this;
    this.trace.note(`step at ${stage.clock.now().toISOString()}`);
    world.stepBegins();
    await this.tell(deeds.filter(isEvent));
    for (const deed of deeds) {
      if (isEvent(deed)) continue;
      await this.command(deed);
      await director.settle();
    }
    const until = new Date(stage.clock.now().getTime() + (days * 24 + (this.program.by_night ? 0 : hours)) * 3_600_000);
    for (let midnight = midnightAfter(stage.clock.now()); midnight <= until; midnight = midnightAfter(midnight)) {
      await director.advanceTo(midnight);
      if (this.reply()) await director.settle();
      await this.cover();
    }
    await director.advanceTo(until);
  }

  private async tell(deeds: readonly Event[]): Promise<void> {
    const { stage, world } = this;
    stage.broker.publish(PLATFORM, deeds.map((deed) => world.event(deed, stage.clock.now(), this.today)));
    await this.director.settle();
  }

  /** What the platform has to tell by now of the acts that its systems took; whether there is anything. */
  private reply(): boolean {
    const { stage, world } = this;
    const replies = stage.systems.due(this.today, !this.program.by_night).flatMap((reply) => world.reply(reply, stage.clock.now(), this.today));
    stage.broker.publish(PLATFORM, replies);
    return replies.length > 0;
  }

  private get today(): CivilDate {
    return dayOf(this.stage.clock.now());
  }

  /** At midnight the source says that it told everything of the day before; unless it is silent for a while. */
  private async cover(): Promise<void> {
    if (this.today <= this.silentUntil) return;
    await this.ask('POST', `/v1/sources/${SOURCE}/checked`, { covered_until: addDays(this.today, -1) });
    await this.director.settle();
  }

  private async must(method: string, path: string, body: unknown): Promise<void> {
    const { status, body: answer } = await this.ask(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(answer)}`);
  }

  /** Asks until an answer comes that is not an outage, with one idempotency key: an answer may be lost after the commit. */
  private async ask(method: string, path: string, body?: unknown): Promise<Answered> {
    const { stage, trace } = this;
    const name = `deed-${this.asked++}`;
    for (let tries = 1; ; tries++) {
      stage.ids.of(name);
      stage.armed = true;
      const answered = await stage.call(method, path, CREDITOR, body, name).finally(() => (stage.armed = false));
      await stage.quiet();
      trace.note(`${method} ${path.replace(/[0-9a-f-]{36}/g, 'id')} answered ${answered.status}`);
      const raised = await stage.raise();
      if (raised) trace.note(`${raised} died and was opened anew`);
      if (answered.status < 500) return answered;
      if (answered.status !== 503 || tries === TRIES_MAX) throw new Unlawful(`${method} ${path} answered ${answered.status}`, [JSON.stringify(answered.body)]);
      stage.broker.admit();
    }
  }

  private async command(deed: Command): Promise<void> {
    const { world } = this;
    switch (deed.kind) {
      case 'promise':
      case 'agree':
      case 'dispute':
        return this.negotiate(deed);
      case 'end':
        return this.endOne(deed.which, deed.outcome);
      case 'hold':
        return this.hold(deed);
      case 'lift': {
        const { holds } = this.given;
        if (holds.length > 0) await this.ask('DELETE', `/v1/holds/${holds[deed.which % holds.length]}?reason=mistake`);
        return;
      }
      case 'source':
        this.silentUntil = addDays(this.today, deed.silent_days);
        return void (await this.ask('PUT', `/v1/sources/${SOURCE}`, { rails: RAILS, lag_business_days: deed.lag_business_days }));
      case 'creditor':
        return void (await this.ask('PUT', `/v1/creditors/${CREDITOR}`, { name: `Academia Sol ${deed.named} Ltda`, document: '11222333000181', address: 'Rua das Flores 10, São Paulo, SP' }));
      case 'carrier':
        return this.program.carries === 'nothing' ? undefined : void (await this.ask('PUT', '/v1/acts/carrier', { carries_out: ACTS.filter((_, index) => index !== deed.but % (ACTS.length + 2)) }));
      case 'opt-out':
        return void (await this.ask('POST', '/v1/opt-outs', { customer_id: world.customer(deed.who), channel: 'email' }));
      case 'call':
        return void (await this.ask('POST', '/v1/human-contacts', { customer_id: world.customer(deed.who), local_date: addDays(this.today, deed.in_days) }));
      case 'correct':
        return this.correct(deed.which, deed.discarded);
    }
  }

  private async negotiate(deed: Extract<Command, { kind: 'promise' | 'agree' | 'dispute' }>): Promise<void> {
    const customer_id = this.world.customer(deed.who);
    const open = await this.stage.query<{ receivable_id: string; open_cents: number }>(
      `select receivable_id, open_cents::float8 as open_cents from reconciliation.receivable where customer_id = $1 and status = 'open' order by receivable_id limit $2`,
      [customer_id, 1 + (deed.who % 3)],
    );
    if (open.length === 0) return;
    const debts = { customer_id, receivable_ids: open.map(({ receivable_id }) => receivable_id) };
    if (deed.kind === 'promise') await this.ask('POST', '/v1/promises', { ...debts, promised_date: addDays(this.today, deed.in_days) });
    else if (deed.kind === 'agree') await this.ask('POST', '/v1/agreements', { ...debts, instalments: this.instalments(open.reduce((sum, { open_cents }) => sum + open_cents, 0), deed.instalments) });
    else {
      const { body } = await this.ask('POST', '/v1/disputes', { ...debts, reason: 'not mine', review_date: addDays(this.today, deed.in_days) });
      const { dispute_id } = body as { dispute_id?: string };
      if (dispute_id) this.given.disputes.push(dispute_id);
    }
  }

  private instalments(open_cents: number, count: number): { due_date: CivilDate; amount_cents: number }[] {
    const part = Math.floor(open_cents / count);
    return Array.from({ length: count }, (_, number) => ({
      due_date: addDays(this.today, 3 + number * 7),
      amount_cents: number === count - 1 ? open_cents - part * (count - 1) : part,
    })).filter(({ amount_cents }) => amount_cents > 0);
  }

  /** Ends a dispute, promise or agreement, whichever the number means. */
  private async endOne(which: number, outcome: string): Promise<void> {
    const things = await this.stage.query<{ kind: string; id: string }>(
      `select 'promises' as kind, promise_id as id from negotiation.promise union all select 'agreements', agreement_id from negotiation.agreement order by 1, 2`,
    );
    const all = [...this.given.disputes.map((id) => ({ kind: 'disputes', id })), ...things];
    const thing = all[which % Math.max(1, all.length)];
    if (!thing) return;
    await this.ask('POST', `/v1/${thing.kind}/${thing.id}/${thing.kind === 'disputes' ? 'resolve' : 'cancel'}`, thing.kind === 'disputes' ? { outcome } : undefined);
  }

  private async hold({ who, in_days, everything, of: kind }: Extract<Command, { kind: 'hold' }>): Promise<void> {
    const customer_id = this.world.customer(who);
    const [first] = await this.stage.query<{ receivable_id: string }>(`select receivable_id from reconciliation.receivable where customer_id = $1 and status = 'open' order by 1 limit 1`, [customer_id]);
    if (!first) return;
    // The guard's own request must not draw from the ids of the hold.
    await this.stage.call('GET', '/v1/cases?limit=1', CREDITOR);
    const debts = everything || kind !== 'manual' ? {} : { receivable_ids: [first.receivable_id] };
    const { body } = await this.ask('POST', '/v1/holds', { customer_id, kind, reason: 'said so', review_date: addDays(this.today, in_days), ...debts });
    const { hold_id } = (body ?? {}) as { hold_id?: string };
    if (hold_id) this.given.holds.push(hold_id);
  }

  private async correct(which: number, discarded: boolean): Promise<void> {
    const open = await this.stage.query<{ id: string; event_id: string }>(`select id, event_id from billing.quarantine where status = 'open' order by event_id, content_hash`);
    const entry = open[which % Math.max(1, open.length)];
    if (!entry) return;
    const spoilt = this.world.spoilt.find(({ id }) => id === entry.event_id);
    if (discarded || !spoilt) return void (await this.ask('POST', `/v1/quarantine/${entry.id}/discard`, { reason: 'Sent by mistake.' }));
    await this.ask('POST', `/v1/quarantine/${entry.id}/replay`, { event: { ...spoilt, data: { ...spoilt.data, paid_date: this.today } } });
  }
}
