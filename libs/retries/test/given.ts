import type { Attempt, RetryFacts } from '../src';

/** An instant of Brasília. */
const at = (local: string): Date => new Date(`${local}:00-03:00`);

/** A declined charge of a Visa card for the debt of `facts`, unless said otherwise. */
const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  attempt_id: 'a', receivable_id: 'debt', at: at('2026-03-03T10:00'), rail: 'CARD', card_key: 'card', brand: 'visa', category: null, code: null, network_code: null,
  advice_code: null, amount_cents: null, next_attempt_at: null, retry_policy: null, ...more,
});

const facts = (more: Partial<RetryFacts> = {}): RetryFacts => ({ receivable_id: 'debt', due_date: '2026-03-02', open_cents: 10_000, rails: null, next_due_date: null, attempts: [], asked: [], ...more });

/** What specs of retries begin with. */
export const given = { at, attempt, facts };
