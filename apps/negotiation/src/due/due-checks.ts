import type { CivilDate } from '@emdia/calendar';
import { customerKey } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { type DecisionOne, Runner, type Step, step } from '@emdia/messaging';
import { InternalClient, Sweeps } from '@emdia/runtime';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Agreement, firstOpen, payableUntil } from '../agreements/agreement';
import { reviewDispute } from '../disputes/dispute';
import { idsOf, type Negotiation } from '../negotiation/negotiation';
import { Negotiations } from '../negotiation/negotiations';
import { type Kind, type Owned, read, type Things } from '../negotiation/rows';
import type { PaymentPromise } from '../promises/promise';
import { type Answer, judgeAgreement, judgePromise, type Standing } from './due';

/** Something to be judged once reconciliation has said how its receivables stand. */
interface Question {
  readonly creditor_id: string;
  readonly receivable_ids: readonly string[];
  readonly covered_for: CivilDate;
  readonly judge: (answer: Answer) => Step;
}

/** Receivables in one call of reconciliation's standing. */
const STANDING_MAX = 500;
const STANDING_MS_MAX = 2_000;

/** The sweep over what time brings: promises and instalments whose day has passed, disputes to be reviewed. */
@Injectable()
export class DueChecks implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly runner: Runner,
    private readonly sweeps: Sweeps,
    private readonly internal: InternalClient,
    private readonly negotiations: Negotiations,
  ) {}

  onModuleInit(): void {
    this.sweeps.register({ name: 'due-checks', nextDueAt: () => this.nextDueAt(), run: (now, limit) => this.run(now, limit) });
  }

  async nextDueAt(): Promise<Date | null> {
    const earliest = (kind: Kind, live: string) => `(select next_check_at from ${kind} where status = '${live}' order by next_check_at limit 1)`;
    const [row] = await this.database.query<{ at: Date | null }>(
      `select least(${earliest('promise', 'active')}, ${earliest('agreement', 'active')}, ${earliest('dispute', 'open')}) as at`,
    );
    return row!.at;
  }

  async run(now: Date, limit: number): Promise<number> {
    const { questions, reviews } = await this.due(now, limit);
    if (reviews.length > 0) await this.runner.changeAll(reviews);
    const failures: unknown[] = [];
    for (const asked of byDay(questions)) {
      try {
        const answer = await this.ask(asked);
        await this.runner.changeAll(asked.map(({ judge }) => judge(answer)));
      } catch (error) {
        failures.push(error);
      }
    }
    // A call that failed leaves next_check_at as it is and makes the sweep back off by wall time: business time must not
    // run on (a promise would be judged an hour late) for a service that is down for a second.
    if (failures.length > 0) throw failures[0];
    return questions.length + reviews.length;
  }

  private due(now: Date, limit: number): Promise<{ questions: Question[]; reviews: Step[] }> {
    return this.database.transaction(async (tx) => {
      const dueOf = async <K extends Kind>(kind: K, live: string, left: number): Promise<Owned<Things[K]>[]> =>
        left > 0 ? read(tx, kind, { where: `status = '${live}' and next_check_at <= $1`, tail: 'order by next_check_at limit $2', values: [now, left] }) : [];
      const promises = await dueOf('promise', 'active', limit);
      const agreements = await dueOf('agreement', 'active', limit - promises.length);
      const disputes = await dueOf('dispute', 'open', limit - promises.length - agreements.length);
      return {
        questions: [...promises.map((promise) => this.ofPromise(promise)), ...agreements.map((agreement) => this.ofAgreement(agreement))],
        reviews: disputes.map((dispute) => this.stepOf(dispute, (state, at) => reviewDispute(state, dispute.dispute_id, at))),
      };
    });
  }

  private ofPromise(promise: Owned<PaymentPromise>): Question {
    const { promise_id, creditor_id, covers, promised_date } = promise;
    return { creditor_id, receivable_ids: idsOf(covers), covered_for: promised_date, judge: (answer) => this.stepOf(promise, (state, at) => judgePromise(state, promise_id, answer, at)) };
  }

  private ofAgreement(agreement: Owned<Agreement>): Question {
    const { agreement_id, creditor_id, covers } = agreement;
    const covered_for = payableUntil(firstOpen(agreement)!);
    return { creditor_id, receivable_ids: idsOf(covers), covered_for, judge: (answer) => this.stepOf(agreement, (state, at) => judgeAgreement(state, agreement_id, answer, at)) };
  }

  private stepOf({ creditor_id, customer_id }: Owned<object>, decide: (state: Negotiation, now: Date) => DecisionOne<Negotiation>): Step {
    return step(this.negotiations, customerKey(creditor_id, customer_id), decide);
  }

  /** Asks how all receivables of questions about one day stand; rejects when any part of the answer does not come. */
  private async ask(questions: readonly Question[]): Promise<Answer> {
    const { covered_for } = questions[0]!;
    const asked = new Map(questions.flatMap(({ creditor_id, receivable_ids }) => receivable_ids.map((receivable_id) => [receivable_id, { creditor_id, receivable_id }])));
    const receivables = [...asked.values()];
    const standings = new Map<string, Standing>();
    for (let at = 0; at < receivables.length; at += STANDING_MAX) {
      const body = { receivables: receivables.slice(at, at + STANDING_MAX), covered_for };
      const answer = await this.internal.post<{ receivables: Standing[] }>('payment-reconciliation', '/internal/v1/standing', body, { timeout_ms: STANDING_MS_MAX });
      for (const standing of answer.receivables) standings.set(standing.receivable_id, standing);
    }
    return { covered_for, standings };
  }
}

function byDay(questions: readonly Question[]): Question[][] {
  const days = new Map<CivilDate, Question[]>();
  for (const question of questions) days.set(question.covered_for, [...(days.get(question.covered_for) ?? []), question]);
  return [...days.values()];
}
