import { Injectable } from '@nestjs/common';
import { daysBetween, isAllowedDay, isWithinContactHours, localDate, nextOpening, zoneOf } from '@emdia/calendar';
import type { Tx } from '@emdia/database';
import { Forbidden, step, type Step, type Store } from '@emdia/messaging';
import type { Addressee } from './addressee';
import { fits, WINDOW_DAYS_MAX } from './budget';
import { limitsOf, type OwnRule, ownRulesOf } from './own-rules';
import { reserve, type Wanted } from './contact-days';

type Taken = Wanted & { readonly recorded_at: Date };

interface Days {
  /** Days of the person on which somebody asked, or may ask, for money. */
  readonly used: readonly string[];
  /** Those among them that people of this creditor took for calls. */
  readonly calls: readonly { readonly day: string; readonly customer_id: string }[];
  readonly taken: Taken | null;
  /** Whether the number is somebody else's, or the person wants no calls of this creditor. */
  readonly closed: 'wrong-contact' | 'opted-out' | null;
  readonly rule: OwnRule | null;
}

export interface Call {
  readonly customer_id: string;
  readonly local_date: string;
}

const AHEAD_DAYS_MAX = 7;
const CLOSED = {
  'wrong-contact': "The number is somebody else's: nobody calls it about this person. Ask the customer for theirs by another way.",
  'opted-out': 'The person asked not to be called. Write, or wait until they call.',
};
const USED = 'The contacts that this person may get in a day, a week or a month are used. Choose a later day.';

/** Calls that people make: each takes a day of the person's budget before it is made, as a message does. */
@Injectable()
export class HumanContacts implements Store<Days> {
  readonly name = 'contact_day';

  /** Takes the day for calling a customer, once; refused where the budget is used, the day allows no contact or, on the day itself, the hour allows none. */
  take(addressee: Addressee, scope: string, local_date: string): Step<Days, Call> {
    const { creditor_id, customer_id, person_key, phone_key, state } = addressee;
    return step<Days, Call>(this, `${scope} ${person_key} ${creditor_id} ${phone_key ?? ''}`, (days, now) => {
      const { used, calls, closed, rule } = days;
      if (closed) throw new Forbidden(closed, CLOSED[closed]);
      const ahead = daysBetween(localDate(now, zoneOf(state)), local_date);
      if (ahead < 0 || ahead > AHEAD_DAYS_MAX) throw new Forbidden('day-out-of-range', `Take a day from today to ${AHEAD_DAYS_MAX} days ahead, where the person lives.`);
      if (!isAllowedDay(local_date, state)) throw new Forbidden('day-not-allowed', 'Nobody is contacted on a Saturday, a Sunday or a holiday. Choose another day.');
      if (!isAllowedDay(local_date, state, rule?.weekdays)) throw new Forbidden('own-rule', `By version ${rule!.version} of the creditor's own rule nobody is contacted on that day of the week: GET /v1/contact-rules. Choose another day.`);
      if (ahead === 0 && !isWithinContactHours(now, state, rule)) throw new Forbidden('outside-hours', `Nobody is called at this hour where the person lives. Ask again when the hours open: ${nextOpening(now, state, rule).toISOString()}.`);
      if (calls.some((call) => call.day === local_date && call.customer_id === customer_id)) return { ignored: 'taken', result: { customer_id, local_date } };
      const limits = limitsOf(rule, scope);
      if (used.includes(local_date) || !fits(used, local_date, limits)) throw new Forbidden('budget', USED);
      const taken: Taken = { scope, person_key, contact_point_key: null, local_date, class: 'contact', creditor_id, cause: 'human', notice_id: null, customer_id, limits, recorded_at: now };
      return { next: { ...days, used: [...used, local_date], taken }, result: { customer_id, local_date } };
    });
  }

  async load(tx: Tx, keys: readonly string[]): Promise<Map<string, Days>> {
    const asked = keys.map((key) => key.split(' ') as [string, string, string, string]);
    const rows = await tx.query<{ key: string; day: string; creditor_id: string; customer_id: string | null }>(
      `select d.scope || ' ' || d.person_key as key, d.local_date::text as day, d.creditor_id, d.customer_id
       from unnest($1::text[], $2::text[]) as k (scope, person_key)
       cross join lateral (
         select scope, person_key, local_date, creditor_id, customer_id from contact_day c
         where c.scope = k.scope and c.person_key = k.person_key and c.class = 'contact' order by local_date desc limit $3
       ) d`,
      [asked.map(([scope]) => scope), asked.map(([, person]) => person), 2 * WINDOW_DAYS_MAX],
    );
    const closed = await tx.query<{ creditor_id: string | null; phone_key: string }>(
      `select creditor_id, contact_point_key as phone_key from opt_out where channel = 'phone' and contact_point_key = any($1)
       union all select null, contact_point_key from closed_contact_point where channel = 'phone' and contact_point_key = any($1)`,
      [asked.map(([, , , phone]) => phone)],
    );
    const rules = await ownRulesOf(tx, asked.map(([, , creditor]) => creditor));
    return new Map(keys.map((key, index) => {
      const [scope, person, creditor, phone] = asked[index]!;
      const closings = closed.filter(({ creditor_id, phone_key }) => phone_key === phone && (creditor_id ?? creditor) === creditor);
      const reason = closings.length === 0 ? null : closings.some(({ creditor_id }) => creditor_id === null) ? 'wrong-contact' : 'opted-out';
      const days = rows.filter((row) => row.key === `${scope} ${person}`);
      const calls = days.flatMap(({ day, creditor_id, customer_id }) => (customer_id !== null && creditor_id === creditor ? [{ day, customer_id }] : []));
      return [key, { used: days.map(({ day }) => day), calls, taken: null, closed: reason, rule: rules.get(creditor) ?? null }];
    }));
  }

  /** The unique index has the last word: a message may have taken the day since it was read. */
  async save(tx: Tx, changed: ReadonlyMap<string, Days>): Promise<void> {
    const taken = [...changed.values()].flatMap((days) => days.taken ?? []);
    if ((await reserve(tx, taken, taken[0]!.recorded_at)).includes(false)) throw new Forbidden('budget', USED);
  }
}
