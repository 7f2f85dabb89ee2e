import * as fc from 'fast-check';
import { addressOf, contactWindow, placeOf, instantAt, localDate, tooNarrowFor, zoneOf, addDays, type OwnContact } from '@emdia/calendar';
import {
  BillingCustomerChanged, derivedId, NegotiationAgreementBroken, NegotiationAgreementMade, NegotiationInstalmentPaid, NotificationsContactMade,
  NotificationsContactRefused, ReconciliationBalanceChanged, type DataOf, type DunningNoticeRequested,
} from '@emdia/contracts';
import type { DecisionOne } from '@emdia/messaging';
import { prescribesOn } from '@emdia/money';
import { defaultPolicy, HOUSE_REGUAS, type Cause, type Policy } from '@emdia/regua';
import { liftHold, placeHold } from '../holds/hold';
import { HOLD_KINDS, holdKinds, ruleOf } from '../holds/kinds';
import { awaitsDecision, isAbout } from '../holds/standing';
import { emptyCase, type CaseFile } from './case-file';
import { CAUSES, tellCause } from './cause';
import { applyAgreementEnded, applyAgreementMade, applyBalance, applyContactMade, applyContactRefused, applyCustomer, applyInstalmentPaid } from './facts';
import { plan } from './plan';
import { bill, creditor_id, customer_id, eventOf, key, PERSON, receivableId, Story, type Bill } from '../../test/story';
import { anyPolicy } from '../../test/policies';

type Notice = DataOf<typeof DunningNoticeRequested>;
type Fact = (file: CaseFile, now: Date) => DecisionOne<CaseFile>;

const NAMES = ['A', 'B', 'C'] as const;
const PLACES = ['SP', 'AC', 'AM-1300201', 'RJ-3304557', null] as const;
const STEPS = ['D-3', 'D0', 'D+1', 'D+3', 'D+7', 'D+15', 'D+30'] as const;
const day = (from: string, days: number) => fc.integer({ min: 0, max: days }).map((n) => addDays(from, n));
const instant = fc.integer({ min: 0, max: 60 * 86_400 }).map((s) => new Date(Date.parse('2026-02-01T00:00:00Z') + s * 1000));
const collectability = fc.constantFrom('owed', 'owed', 'owed', 'pending', 'unmatched', 'held', 'disputed', 'promised', 'agreed');

/** What a receivable may look like in some version. */
const look = (name: string): fc.Arbitrary<Bill> =>
  fc.record({ due: day('2026-01-10', 90), silence: collectability, review: fc.option(day('2026-02-01', 60), { nil: null }), end: fc.constantFrom('open', 'open', 'settled', 'cancelled'), settled_on: day('2026-02-01', 60) })
    .map(({ due, silence, review, end, settled_on }) =>
      end === 'open' ? bill(name, due, { collectability: silence as Bill['collectability'], review_date: silence === 'owed' ? null : review })
      : bill(name, due, { status: end as Bill['status'], collectability: 'settled', open_cents: 0, paid_cents: end === 'settled' ? 10_000 : 0, settled_on: end === 'settled' ? settled_on : null }));

const customers: fc.Arbitrary<Fact[]> = fc.array(fc.tuple(fc.constantFrom(...PLACES), fc.boolean(), instant), { maxLength: 3 }).map((changes) =>
  changes.map(([place, has_email, time], index): Fact => (file, now) =>
    applyCustomer(file, eventOf(BillingCustomerChanged, { creditor_id, customer_id, person_key: PERSON, document_key: null, ...addressOf(place), has_email, source_version: index + 1 }, time), now)));

/** What was said of one receivable of one notice, in any number of contradicting events. */
const contactsOf = (name: string): fc.Arbitrary<Fact[]> => fc
  .record({ due_date: day('2026-01-10', 90), step: fc.constantFrom(...STEPS), on: day('2026-02-01', 60), time: instant, outcomes: fc.uniqueArray(fc.constantFrom('sent', 'unknown', 'settled', 'budget', 'already-covered', 'no-address', 'opted-out', 'expired'), { minLength: 1, maxLength: 3 }) })
  .map(({ due_date, step, on, time, outcomes }) => {
    const case_id = derivedId('case', creditor_id, customer_id);
    const notice = { creditor_id, customer_id, case_id, notice_id: derivedId('notice', case_id, 'collection', on), purpose: 'collection' as const, local_day: on, covers: [{ receivable_id: receivableId(name), due_date, step }] };
    return outcomes.map((outcome): Fact => (file, now) =>
      outcome === 'sent' || outcome === 'unknown'
        ? applyContactMade(file, eventOf(NotificationsContactMade, { ...notice, channel: 'email', step, certainty: outcome, call_began_at: time.toISOString() }, time), now)
        : applyContactRefused(file, eventOf(NotificationsContactRefused, { ...notice, reason: outcome as 'budget' }, time), now));
  });

const agreements: fc.Arbitrary<Fact[]> = fc.tuple(fc.constantFrom(...NAMES), day('2026-02-01', 60), instant, fc.boolean(), fc.boolean()).map(([name, due_date, time, isPaid, isBroken]) => {
  const agreement_id = derivedId('agreement', name);
  const agreement = { creditor_id, customer_id, agreement_id, receivable_ids: [receivableId(name)] };
  const instalment = { instalment_id: derivedId(agreement_id, 1), number: 1, due_date: addDays('2026-02-10', NAMES.indexOf(name)), amount_cents: 1 };
  const later = { ...instalment, instalment_id: derivedId(agreement_id, 2), number: 2, due_date };
  const made: Fact = (file, now) => applyAgreementMade(file, eventOf(NegotiationAgreementMade, { ...agreement, instalments: [instalment, later], waived_cents: 0, actor: 'x' }, time), now);
  const paid: Fact = (file, now) => applyInstalmentPaid(file, eventOf(NegotiationInstalmentPaid, { ...agreement, instalment_id: instalment.instalment_id, number: 1 }, time), now);
  const ended: Fact = (file, now) => applyAgreementEnded(file, eventOf(NegotiationAgreementBroken, { ...agreement, instalment_id: instalment.instalment_id }, time), now);
  return [made, ...(isPaid ? [paid] : []), ...(isBroken ? [ended] : [])];
});

// One list per receivable, notice and agreement: two lists of one receivable would be two truths under one version.
const facts: fc.Arbitrary<Fact[]> = fc.record({
  balances: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }).chain((names) => fc.tuple(...names.map((name) => fc.array(fc.tuple(look(name), instant), { minLength: 1, maxLength: 3 })))),
  customers, contacts: fc.tuple(...NAMES.map((name) => fc.option(contactsOf(name), { nil: [] }))), agreement: fc.option(agreements, { nil: [] }),
}).map(({ balances: all, customers: people, contacts: notices, agreement }) => [
  ...all.flatMap((looks) => looks.map(([data, time], index): Fact => (file, now) => applyBalance(file, eventOf(ReconciliationBalanceChanged, { ...data, version: index + 1 }, time), now))),
  ...people, ...notices.flat(), ...agreement,
]);

const NOW = new Date('2026-03-02T14:00:00Z');
function planAfter(list: readonly Fact[], policy: Policy) {
  const file = list.reduce((state, apply) => {
    const decision = apply(state, NOW);
    return 'ignored' in decision ? state : decision.next;
  }, { ...emptyCase(key), published: { byVersion: new Map([[policy.version, policy]]), active: [policy] } } as CaseFile);
  const { standings, ...rest } = plan(file, NOW);
  return { ...rest, standings: [...standings].sort(([a], [b]) => (a < b ? -1 : 1)) };
}

it('facts in any order and any number give the same next actions, along whatever régua', () => {
  const shuffled = facts.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }), fc.array(fc.nat(list.length - 1), { maxLength: 5 })));
  fc.assert(
    fc.property(shuffled, anyPolicy, ([list, other, repeats], policy) => expect(planAfter([...other, ...repeats.map((index) => list[index]!)], policy)).toEqual(planAfter(list, policy))),
    { numRuns: 500 },
  );
});

type Turn = (story: Story) => void;
const turn: fc.Arbitrary<Turn> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMES).chain(look).map((data): Turn => (s) => s.owes(data.invoice_id, data.original_due_date, data)) },
  { weight: 2, arbitrary: fc.constantFrom('sent', 'sent', 'sent', 'unknown', 'silence', 'budget', 'provider-refused', 'already-covered', 'opted-out', 'settled').map((answer): Turn => (s) => { s.answer = answer as Story['answer']; }) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...PLACES), fc.constantFrom(true, true, true, false)).map(([place, has_email]): Turn => (s) => s.customer(place, has_email, (s.file.person?.source_version ?? 0) + 1)) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...NAMES), fc.array(day('2026-02-01', 60), { minLength: 1, maxLength: 3 })).map(([name, dates]): Turn => (s) => s.agrees([name], dates)) },
  { weight: 1, arbitrary: fc.constantFrom(...HOUSE_REGUAS).map((name): Turn => (s) => s.follows(defaultPolicy(name).version)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...holdKinds.filter((kind) => HOLD_KINDS[kind].kept_by === 'people')), fc.integer({ min: 1, max: 30 }), fc.nat(30), fc.constantFrom(null, ...NAMES)).map(
      ([kind, days, back, name]): Turn => (s) => s.file.person && s.take((file, now) => {
        const today = localDate(now, zoneOf(null));
        const listed = name !== null && ruleOf(kind).covers === 'debts' && file.receivables.has(receivableId(name)) ? [receivableId(name)] : [];
        const begin_date = addDays(today, -Math.min(back, ruleOf(kind).backdate_days_max));
        return placeHold(file, { hold_id: derivedId('hold', now.toISOString()), kind, receivable_ids: listed, reason: 'x', begin_date, review_date: addDays(today, days), actor: 'x' }, now);
      })) },
  { weight: 2, arbitrary: fc.nat(5).map((which): Turn => (s) => {
      const live = [...s.file.holds.values()].filter((hold) => hold.lifted === null || awaitsDecision(hold));
      if (live.length > 0) s.take((file, now) => liftHold(file, live[which % live.length]!.hold_id, { reason: 'x', actor: 'x' }, now));
    }) },
  { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(CAUSES) as Cause[])).map((cause): Turn => (s) =>
      s.file.status === 'open' && s.take((file, now) => tellCause(file, { cause, receivable_ids: [], actor: 'x', request_id: now.toISOString() }, now))) },
);

/** No notice that asks for money while a hold about one of its debts stands; where everything is stopped, none at all. */
function checkHolds({ file }: Story, notices: readonly { time: string; data: Notice }[]) {
  let stood = 0;
  for (const hold of file.holds.values()) {
    const rule = ruleOf(hold.kind);
    const ends = awaitsDecision(hold) ? new Date('2040-01-01T00:00:00Z') : (hold.decided?.at ?? hold.lifted?.at ?? instantAt(hold.review_date, '00:00', zoneOf(null)));
    const inside = notices.filter(({ time }) => new Date(time) > hold.placed_at && new Date(time) < ends);
    stood += inside.length;
    const about = inside.filter(({ data }) => (rule.stops === 'everything' || data.purpose !== 'service') && data.covers.some(({ receivable_id }) => isAbout(hold, receivable_id)));
    expect(about.map(({ data }) => `${data.local_day} ${data.purpose} in ${hold.kind}`)).toEqual([]);
  }
  return stood;
}

/** Why it is unpaid is asked at most once per opening of the case, and of nobody who has answered. */
function checkAskedOnce(s: Story, told: readonly Date[]) {
  const openings = s.heard('case-opened').map(({ time }) => time);
  const went = new Set([...s.file.covers.values()].filter(({ outcome }) => outcome === 'sent' || outcome === 'unknown').map(({ notice_id }) => notice_id));
  const asked = s.heard<Notice>('notice-requested').filter(({ data }) => data.asks_cause && went.has(data.notice_id)).map(({ time }) => ({ time, opening: openings.findLast((each) => each <= time)! }));
  expect(asked.map(({ opening }) => opening)).toEqual([...new Set(asked.map(({ opening }) => opening))]);
  expect(asked.filter(({ time, opening }) => told.some((at) => at.toISOString() >= opening && at.toISOString() < time))).toEqual([]);
  return asked.length;
}

/** What must hold whenever the house is still. */
function checkLaw3(s: Story) {
  const today = localDate(s.now, zoneOf(null));
  for (const { standing, status, effective_due_date } of s.file.receivables.values()) {
    if (status !== 'open') expect(standing).toEqual({ kind: 'end', reason: status });
    else if (standing!.kind === 'end') expect(prescribesOn(effective_due_date) < today).toBe(true);
    else {
      expect(standing!.at > s.now).toBe(true);
      if (standing!.kind === 'hold' || standing!.kind === 'owner') expect(standing!.review_date >= today).toBe(true);
    }
  }
}

function checkLaw2(notices: readonly { time: string; data: Notice }[], own: OwnContact) {
  const days = (purposes: string[]) => notices.filter(({ data }) => purposes.includes(data.purpose)).map(({ data }) => data.local_day);
  for (const asked of [days(['collection', 'agreement']), days(['service'])]) expect(new Set(asked).size).toBe(asked.length);
  for (const { time, data } of notices) {
    // What notifications asks, too: a day that it would refuse is not planned.
    const hours = contactWindow(data.local_day, placeOf(data.state, data.city_code), own)!;
    expect(hours.opens <= new Date(time) && new Date(time) < hours.closes).toBe(true);
    const soon = new Date(time).getTime() + 600_000;
    expect(data.valid_until).toBe((data.purpose === 'service' && soon < hours.closes.getTime() ? new Date(soon) : hours.closes).toISOString());
  }
}

const ownWeekdays = fc.option(fc.subarray([1, 2, 3, 4, 5], { minLength: 1 }), { nil: null });
const hour = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '07', '30')).map(([h, m]) => `${String(h).padStart(2, '0')}:${m}`);
const ownHours = fc.option(fc.record({ from: hour, to: hour }).filter((own) => tooNarrowFor(own).length === 0), { nil: null });

it('whatever happens, along whatever régua: one contact a day inside the hours, no debt without a date, no triple sent twice', () => {
  const life = fc.array(fc.tuple(fc.integer({ min: 1, max: 6 * 24 }), turn), { minLength: 8, maxLength: 25 });
  const asked = { collection: 0, agreement: 0, service: 0, reply: 0 };
  let beside = 0;
  let made = 0;
  let questions = 0;
  let narrow = 0;
  fc.assert(
    fc.property(anyPolicy, ownWeekdays, ownHours, life, (policy, weekdays, hours, turns) => {
      const s = new Story(new Date('2026-02-01T12:00:00Z')).customer('SP').publishes(policy);
      s.file = { ...s.file, own_weekdays: weekdays ?? undefined, own_hours: hours ?? undefined };
      narrow += hours ? 1 : 0;
      const told: Date[] = [];
      for (const [hours, take] of turns) {
        s.until(new Date(s.now.getTime() + hours * 3_600_000).toISOString());
        checkLaw3(s);
        const { cause } = s.file;
        take(s);
        if (s.file.cause && s.file.cause !== cause) told.push(s.now);
      }
      s.until('2026-08-01T12:00:00Z');
      checkLaw3(s);
      made += policy.document.regua === 'teste' ? 1 : 0;
      const notices = s.heard<Notice>('notice-requested');
      for (const { data } of notices) asked[data.purpose]++;
      checkLaw2(notices, { weekdays, hours });
      questions += checkAskedOnce(s, told);
      beside += checkHolds(s, notices);
      const sent = [...s.file.covers.values()].filter(({ outcome }) => outcome === 'sent' || outcome === 'unknown').map(({ receivable_id, due_date, step }) => `${receivable_id} ${due_date} ${step}`);
      expect(new Set(sent).size).toBe(sent.length);
    }),
    { numRuns: 200 },
  );
  // A property over lives in which nothing happens would prove nothing.
  expect(asked.collection).toBeGreaterThan(60);
  expect(asked.agreement).toBeGreaterThan(15);
  expect(asked.service).toBeGreaterThan(20);
  expect(beside).toBeGreaterThan(5);
  expect(made).toBeGreaterThan(50);
  expect(questions).toBeGreaterThan(3);
  expect(narrow).toBeGreaterThan(50);
});

it('every régua comes to its end: whoever never pays is a person\'s in the end, and what is paid is left alone', () => {
  fc.assert(
    fc.property(anyPolicy, fc.array(fc.tuple(fc.integer({ min: 1, max: 6 * 24 }), turn), { maxLength: 12 }), (policy, turns) => {
      const s = new Story(new Date('2026-02-01T12:00:00Z')).customer('SP').publishes(policy);
      for (const [hours, take] of turns) take(s.until(new Date(s.now.getTime() + hours * 3_600_000).toISOString()));
      s.until('2027-03-01T12:00:00Z');
      for (const { standing } of s.file.receivables.values()) expect(['owner', 'end']).toContain(standing!.kind);
      s.answer = 'sent';
      const { length } = s.sent;
      for (const { receivable_id, status } of s.file.receivables.values()) if (status === 'open') s.pays(NAMES.find((name) => receivableId(name) === receivable_id)!, '2027-03-01');
      s.until('2027-09-01T12:00:00Z');
      expect(s.file.due_at).toBeNull();
      expect(s.sent.slice(length).filter(({ contract, data }) => contract.type === 'dunning.notice-requested.v1' && (data as Notice).purpose !== 'service')).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
