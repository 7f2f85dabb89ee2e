import { Injectable } from '@nestjs/common';
import { Clock, WallClock } from '@emdia/clock';
import { Actor, CivilDate, CustomerId, Instant, Uuid } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { VERDICT_MS_MAX } from '@emdia/gate';
import { Forbidden, Refusal } from '@emdia/messaging';
import { problem } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { v7 as uuid7 } from 'uuid';
import { Spoken } from './call-verdict';

/** What somebody was told who asked whether they may call; `answer` is `may-call`, or the reason why not. */
export const CallAnswer = Type.Object(
  { answer_id: Uuid, customer_id: CustomerId, local_date: CivilDate, answer: Type.String({ description: "`may-call`, or the reason of the refusal" }), ...Spoken, asked_by: Actor, answered_at: Instant },
  { additionalProperties: false },
);

/** Who asked, for whom, for which day; and where the person lives and by which number they are called, as far as that is known. */
export interface CallAsked {
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly local_date: string;
  readonly asked_by: string;
  readonly state: string | null;
  readonly contact_point_key: string | null;
}

type Told = Partial<Spoken>;

interface Listed {
  readonly answer_id: string;
  readonly answered_at: Date;
}

const KEEP = `
  insert into call_answer (answer_id, creditor_id, customer_id, local_date, asked_by, answered_at, answer, as_of_epoch_ms, may_ask_for, may_not_ask_for, state, contact_point_key)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`;

/** How often all is looked at anew where that took too long. */
const LOOKS_MAX = 3;

const LIST = `
  select answer_id, customer_id, local_date::text as local_date, answer, as_of_epoch_ms::float8 as as_of_epoch_ms, may_ask_for, may_not_ask_for, asked_by, answered_at
  from call_answer
  where creditor_id = $1 and ($2::text is null or customer_id = $2) and ($3::timestamptz is null or (answered_at, answer_id) < ($3, $4::uuid))
  order by answered_at desc, answer_id desc limit $5`;

/** Every answer to whoever asked whether they may call, kept before it is given: what a call rested on can be told afterwards (laws 1 and 5). */
@Injectable()
export class CallAnswers {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly wall: WallClock,
  ) {}

  /**
   * Answers by `ask`, which throws Forbidden where nobody may call; anything else it throws says nothing about the call, and is not kept. Nobody is told to
   * call on a verdict older than one that a message may rest on: `ask` is asked again.
   */
  async kept<A extends Told>(asked: CallAsked, ask: () => Promise<A>): Promise<A> {
    try {
      for (let looks = 0; looks < LOOKS_MAX; looks++) {
        const asked_at_ms = this.wall.monotonicMs();
        const isFresh = () => this.wall.monotonicMs() - asked_at_ms <= VERDICT_MS_MAX;
        const answer = await ask();
        if (!isFresh()) continue;
        await this.keep(asked, 'may-call', answer);
        if (isFresh()) return answer;
      }
    } catch (error) {
      if (error instanceof Forbidden) await this.keep(asked, error.reason, error instanceof Refusal ? error.details : {});
      throw error;
    }
    throw problem(503, 'unknown', 'What is owed is not known just now', 'Do not call on doubt. The answer took too long to rest on. Ask again in a moment.');
  }

  private async keep({ creditor_id, customer_id, local_date, asked_by, state, contact_point_key }: CallAsked, answer: string, { as_of_epoch_ms, may_ask_for = [], may_not_ask_for = [] }: Told): Promise<void> {
    const values = [uuid7(), creditor_id, customer_id, local_date, asked_by, this.clock.now(), answer, as_of_epoch_ms ?? null, JSON.stringify(may_ask_for), JSON.stringify(may_not_ask_for), state, contact_point_key];
    await this.database.transactionOf(creditor_id, (tx) => tx.query(KEEP, values));
  }

  /** A creditor's, newest first, from after a place on. */
  page(creditor_id: string, customer_id: string | null, after: readonly string[] | null, limit: number): Promise<Listed[]> {
    return this.database.transactionOf(creditor_id, (tx) => tx.query(LIST, [creditor_id, customer_id, after?.[0] ?? null, after?.[1] ?? null, limit]));
  }
}
