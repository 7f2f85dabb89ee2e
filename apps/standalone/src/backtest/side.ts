import { addDays, type CivilDate, daysBetween, localDate } from '@emdia/calendar';
import { lastDayWithoutCharge } from '@emdia/money';
import { activate, applies, type Channel, isContact, type Policy, type Step, taskOf } from '@emdia/regua';
import type { Client } from '../demo/client';
import { ZONE } from '../demo/diary';
import { type Driven, tell } from '../demo/driver';
import type { Fact, Truth } from '../demo/fact';
import { Inputs, publishByRest } from '../demo/inputs';
import { truthOf } from '../demo/truth';
import type { Candidate } from './candidate';
import type { Debt, Ground } from './debts';
import { OF_SYSTEMS, type Touch } from './listening';
import type { Way } from './payers';

/** What is done without a message. */
export type Act = Exclude<Step['action'], 'message' | 'offer'>;

const isAct = (step: Step): step is Step<Act> => !isContact(step);

const WAYS: Partial<Record<Act, Way>> = { task: 'person', retry: 'retry', service: 'service' };

/** One régua on its ground: a creditor of its own in the common house, who follows it for everybody. */
export class Side {
  readonly touches: Touch[] = [];
  /** Steps done without a message, and tasks of people. */
  readonly acts: Act[] = [];
  /** Disputes raised in answer to a contact. */
  disputes = 0;
  private readonly policy: Policy;
  private readonly inputs: Inputs;
  private readonly facts = new Map<number, Fact[]>();
  private readonly told: Fact[] = [];
  private readonly unpaid: Map<string, Debt>;
  private readonly undisputed: Set<string>;
  private readonly disputing = new Set<Debt>();
  private readonly paidLate = new Map<string, number>();
  private readonly reached = new Map<string, Channel[]>();

  constructor(readonly candidate: Candidate, readonly ground: Ground, readonly client: Client) {
    this.policy = activate(candidate.document);
    this.inputs = new Inputs(client, publishByRest(client, false), true);
    for (const fact of ground.book.facts) {
      const time = fact.at.getTime();
      const together = this.facts.get(time);
      if (together) together.push(fact);
      else this.facts.set(time, [fact]);
    }
    this.unpaid = new Map([...ground.debts].filter(([, { payer }]) => payer));
    this.undisputed = new Set([...this.unpaid].flatMap(([id, { dispute }]) => (dispute ? [id] : [])));
  }

  get creditor_id(): string {
    return this.ground.book.creditor_id;
  }

  /** What the books must say by now. */
  get truth(): Truth {
    return truthOf(this.told);
  }

  /** Makes the creditor known and publishes its régua. */
  async open(): Promise<void> {
    await this.inputs.register(this.ground.book);
    await this.client.post('/v1/reguas', { document: this.candidate.document });
  }

  /** An instant passes: payers have heard what reached them since the last one, then the facts of the instant are told. */
  async live(at: Date, heard: readonly Touch[], house: Driven): Promise<void> {
    for (const touch of heard) if (touch.creditor_id === this.creditor_id) this.hear(touch);
    const facts = this.facts.get(at.getTime()) ?? [];
    const isEvening = facts.some(({ deed }) => deed.kind === 'checked');
    const today = localDate(at, ZONE);
    const all = isEvening ? [...facts, ...this.payments(today), ...this.raised(today)] : facts;
    if (all.length === 0) return;
    this.told.push(...all);
    await tell(all, house, this.inputs);
  }

  private payments(today: CivilDate): Fact[] {
    const paying = [...this.unpaid.values()].filter(({ payer }) => payer!.pays_on !== null && payer!.pays_on <= today);
    for (const { receivable_id, customer_id, due_date } of paying) {
      this.unpaid.delete(receivable_id);
      if (today > lastDayWithoutCharge(due_date)) this.paidLate.set(customer_id, (this.paidLate.get(customer_id) ?? 0) + 1);
    }
    return paying.map(({ payment }) => payment(today));
  }

  /** What the contacts since yesterday evening are answered with, save of what is paid by now. */
  private raised(today: CivilDate): Fact[] {
    const raising = [...this.disputing].filter(({ receivable_id }) => this.unpaid.has(receivable_id));
    this.disputing.clear();
    this.disputes += raising.length;
    return raising.map(({ dispute }) => dispute!(today));
  }

  hear(touch: Touch): void {
    this.touches.push(touch);
    const day = localDate(touch.at, ZONE);
    if (touch.kind === 'task') {
      const act = this.actOf(touch.reason, this.ground.debts.get(touch.receivable_ids[0]!)!, day);
      if (!act) return;
      this.acts.push(act);
      for (const id of touch.receivable_ids) this.reach(id, day, null, () => WAYS[act]);
    } else for (const { receivable_id, step } of touch.covers) {
      this.reach(receivable_id, day, touch.channel, (debt) => this.waysOf(step, debt, day).find(isContact)?.tone);
    }
  }

  private reach(receivable_id: string, day: CivilDate, channel: Channel | null, wayOf: (debt: Debt) => Way | undefined): void {
    const debt = this.unpaid.get(receivable_id);
    const way = debt && wayOf(debt);
    if (channel) this.reached.set(receivable_id, [...(this.reached.get(receivable_id) ?? []), channel]);
    if (!way) return;
    debt.payer!.reach(day, way, channel);
    if (this.undisputed.delete(receivable_id)) this.disputing.add(debt);
  }

  /**
   * What was to be done for a debt; without a step of its own, because the ladder has ended or nobody can be written to, it
   * is a task. Null where a person should take back what a step did: its debt has ended, and nothing of the régua is done.
   */
  private actOf(reason: string, debt: Debt, day: CivilDate): Act | null {
    const name = reason.split(':')[0]!;
    const acts = this.waysNamed(name).filter(isAct);
    const act = reason === `${name}: ${OF_SYSTEMS}` ? this.waysOf(name, debt, day).find(isAct) : acts.find((way) => taskOf(way) === reason);
    return act?.action ?? (acts.length === 0 ? 'task' : null);
  }

  private waysNamed(name: string): readonly Step[] {
    return this.policy.rungs.find(({ step }) => step === name)?.ways ?? [];
  }

  /** The alternatives of a step that hold for a debt, by what the régua may know of it. */
  private waysOf(step: string, { receivable_id, customer_id, amount_cents, due_date, segment, score }: Debt, day: CivilDate): readonly Step[] {
    const ways = this.waysNamed(step);
    if (ways.length < 2) return ways;
    const owed = [...this.unpaid.values()].filter((debt) => debt.customer_id === customer_id && debt.due_date <= addDays(day, 10));
    const facts = {
      customer_id, amount_cents, case_amount_cents: owed.reduce((sum, debt) => sum + debt.amount_cents, 0), late_before: this.paidLate.get(customer_id) ?? 0,
      segment, score, cause: null, reached: this.reached.get(receivable_id) ?? [],
    };
    return ways.filter((way) => applies(way, facts, daysBetween(due_date, day)));
  }
}
