import { Unlawful } from './unlawful';
import type { SimulatedGroup } from './simulated-broker';
import type { Stage } from './stage';
import type { Turn } from './sweeps-in-turn';
import type { Trace } from './trace';

/** A settled house takes some hundred steps; one that never comes to rest would take them for ever. */
const STEPS_MAX = 6_000;
const HEAL_MS = 100;
const RELAYS = ['billing-ingestion', 'payment-reconciliation', 'dunning-orchestration', 'negotiation', 'notifications'];

interface Choice {
  readonly name: string;
  readonly isBatch: boolean;
  run(): Promise<string>;
}

const ofGroup = (group: SimulatedGroup): Choice => ({
  name: group.name,
  isBatch: true,
  run: async () => {
    const { names, taken } = await group.deliver();
    return `${taken ? 'took in' : 'did not take in'} ${names.join(', ')}`;
  },
});

const ofTurn = (name: string, turn: Turn): Choice => ({ name, isBatch: false, run: async () => `looked: ${(await turn.take()) ?? 'failed'}` });

/**
 * Decides what runs next in the house, one thing at a time: a group's next batch, a sweep's next look, some wall time.
 * Everything is drawn from the seed of the step, so that the same seed takes the same way.
 */
export class Director {
  constructor(
    private readonly stage: Stage,
    private readonly trace: Trace,
    /** Called when a day of business time has passed and the house is at rest. */
    private readonly dayEnded: () => Promise<void>,
    /** Called after everything that was chosen and done: what comes of it on the spot. */
    private readonly acted: () => void,
  ) {}

  /** Runs what can run until nothing is left; throws Unlawful for a house that does not come to rest or leaves something due. */
  async settle(): Promise<void> {
    const { stage } = this;
    for (let steps = 0; ; steps++) {
      if (steps > STEPS_MAX) throw new Unlawful('the house does not come to rest', this.choices().map(({ name }) => name));
      await stage.quiet();
      stage.broker.admit();
      const choices = this.choices();
      if (choices.length > 0) await this.take(this.chosen(choices));
      else if (!(await this.heal())) break;
    }
    const due = await stage.house.nextDueAt();
    if (due && due <= stage.clock.now()) throw new Unlawful('something is left due in a house at rest', [due.toISOString()]);
  }

  /** Batches more often than looks: every commit asks for a look, and most of them would find nothing yet. */
  private chosen(choices: readonly Choice[]): Choice {
    const { calm, random } = this.stage.faults;
    if (calm) return choices[0]!;
    const batches = choices.filter(({ isBatch }) => isBatch);
    return random.pick(batches.length > 0 && random.chance(0.75) ? batches : choices);
  }

  private choices(): Choice[] {
    const { broker } = this.stage;
    return [...broker.waiting().map(ofGroup), ...this.stage.turns().filter(({ turn }) => turn.ready).map(({ name, turn }) => ofTurn(name, turn))];
  }

  private async take(choice: Choice): Promise<void> {
    const { stage, trace } = this;
    stage.armed = true;
    const what = await choice.run().finally(() => (stage.armed = false));
    trace.note(`${choice.name} ${what}`);
    const raised = await stage.raise();
    if (raised) trace.note(`${raised} died and was opened anew`);
    this.acted();
    if (stage.faults.draws('relay-died')) await this.relayDies();
    this.pass(stage.faults.calm ? 2 : stage.faults.random.between(1, 30));
  }

  private async relayDies(): Promise<void> {
    const { stage, trace } = this;
    await stage.quiet();
    const service = stage.faults.random.pick(RELAYS);
    const repeated = await stage.killRelay(service);
    if (repeated > 0) stage.faults.happened('relay-died');
    trace.note(`the relay of ${service} died; ${repeated} rows go out again`);
  }

  /** Some wall time goes by. */
  private pass(wait_ms: number): void {
    this.stage.wall.freeze(wait_ms);
    this.stage.wall.wake();
  }

  /** With nothing to run, lets wall time heal what it alone can heal; false where there is nothing. */
  private async heal(): Promise<boolean> {
    const { stage, trace } = this;
    stage.broker.answer();
    const wait_ms = await this.untilHealed();
    if (wait_ms === null) return stage.drain();
    trace.note(`${wait_ms} ms of wall time`);
    this.pass(wait_ms);
    for (const { turn } of stage.turns()) turn.poke();
    return true;
  }

  /** How long until the next back-off or dead claim runs out; null where none does. */
  private async untilHealed(): Promise<number | null> {
    const { wall } = this.stage;
    const waits = this.stage.turns().filter(({ turn }) => turn.wanted).map(({ turn }) => turn.not_before_ms - wall.monotonicMs());
    const [row] = await this.stage.query<{ at: number | null }>(
      `select min(at)::float8 as at from (
         select coalesce(retry_at_epoch_ms, greatest(claimed_at_epoch_ms, coalesce(call_began_epoch_ms, 0)) + 30001) as at from notifications.delivery
           where status in ('claimed', 'sending') or (status = 'due' and retry_at_epoch_ms is not null)
         -- Nobody is woken by a commit whose answer was lost: what it left to do is found by looking, as a running house does every second.
         union all select coalesce(retry_at_epoch_ms, 0) from dunning.outward_act where status = 'planned' and due_at <= $1
         union all select due_epoch_ms from dunning.act_delivery where due_at <= $1) w`,
      [this.stage.clock.now()],
    );
    if (row!.at !== null) waits.push(row!.at - wall.epochMs());
    return waits.length === 0 ? null : Math.max(HEAL_MS, Math.min(...waits));
  }

  /** Lets business time pass through everything that falls due; at rest at the end. */
  async advanceTo(until: Date): Promise<void> {
    const { house } = this.stage;
    await this.settle();
    for (let due = await house.nextDueAt(); due && due <= until; due = await house.nextDueAt()) await this.jumpTo(due);
    await this.jumpTo(until);
  }

  private async jumpTo(instant: Date): Promise<void> {
    const { clock } = this.stage;
    const before = clock.now();
    if (instant > before) {
      if (dayOf(instant) !== dayOf(before)) await this.dayEnded();
      clock.jumpTo(instant);
      this.trace.note(`it is ${instant.toISOString()}`);
    }
    await this.settle();
  }
}

/** The day of an instant in Brasília, which is 3 h behind UTC all year. */
export const dayOf = (instant: Date): string => new Date(instant.getTime() - 3 * 3_600_000).toISOString().slice(0, 10);
