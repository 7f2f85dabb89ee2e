import { addressOf } from '@emdia/calendar';
import { derivedId, DunningNoticeRequested, outgoing, type Cover, type DataOf, type Outgoing, type Purpose } from '@emdia/contracts';
import { houseTemplates, taskOf, templateOf, type ContactStep, type Policy } from '@emdia/regua';
import { policyOf } from '../reguas/policy';
import { platformRetry } from '../retries/retrying';
import { coverKey, withEntries, type CaseFile, type Covered, type Notice, type Standing } from './case-file';
import { closeOf, localDayOf } from './contact-days';
import { firmest } from './conclude';
import { AGREEMENT_STEP, plan, THANKS_STEP, type Plan } from './plan';

/** A case after something was asked for, and the events that ask for it. */
export interface Asked {
  readonly next: CaseFile;
  readonly events: readonly Outgoing[];
}

type NoticeData = DataOf<typeof DunningNoticeRequested>;
type Action = Extract<Standing, { kind: 'action' }>;
type Stepping = Action | (Extract<Standing, { kind: 'task' }> & { readonly step: string });

/** As many debts as one message may list, by contract; the firmest go first and the rest on the next allowed day. */
const COVERS_MAX = 200;

// Nobody is asked again whether thanks may go, so they go soon or not on that day: whoever is told to be dead is not thanked hours later.
const THANKS_MS = 600_000;

/** The collection notice of the day: every receivable of the case whose step is of the day, from the first hour that one of them wants. */
export function askForMoney(file: CaseFile, planned: Plan, now: Date): Asked {
  const policy = policyOf(file);
  const today = [...planned.standings].filter((entry): entry is [string, Action] => entry[1].kind === 'action' && entry[1].contact_day === planned.today);
  if (!today.some(([, { at }]) => at <= now)) return { next: file, events: [] };
  const due = today.sort(([a, one], [b, other]) => policy.rank(other.step) - policy.rank(one.step) || (a < b ? -1 : 1)).slice(0, COVERS_MAX);
  const covers = due.map(([receivable_id, { step }]) => ({ receivable_id, due_date: file.receivables.get(receivable_id)!.original_due_date, step }));
  const step = firmest(policy, covers.map((cover) => cover.step))!;
  const turned_down = turnedDown(planned, new Map(due));
  const asks_cause = asksCause(file, planned, covers) ? true : undefined;
  const { words, offers, channels } = saying(policy, leadOf(policy, planned, due));
  return ask(file, planned, now, { purpose: 'collection', step, covers, instalment_id: null, turned_down, next_step: whatFollows(file, planned, covers, now), words, offers, channels, asks_cause });
}

/** Once per opening of the case, with the first message that goes out about something late; whoever has answered is not asked again. */
const asksCause = ({ cause, cause_asked_at, receivables }: CaseFile, { today }: Plan, covers: readonly Cover[]): boolean =>
  cause === null && cause_asked_at === null && covers.some(({ receivable_id }) => receivables.get(receivable_id)!.effective_due_date < today);

/** The reminder of one instalment. */
export function remindOfInstalment(file: CaseFile, planned: Plan, now: Date): Asked {
  const { reminder } = planned;
  if (!reminder || reminder.at > now) return { next: file, events: [] };
  const { receivable_id, instalment } = reminder;
  const covers = [{ receivable_id, due_date: instalment.due_date, step: AGREEMENT_STEP }];
  const turned_down = [...planned.standings].flatMap(([id, standing]) =>
    standing.kind === 'action' ? [{ receivable_id: id, step: standing.step, reason: 'an instalment is reminded of first; one contact a day' }] : [],
  );
  return ask(file, planned, now, { purpose: 'agreement', step: AGREEMENT_STEP, covers, instalment_id: instalment.instalment_id, turned_down, next_step: null, channels: channelsOf(file) });
}

/** The thank-you after a cure. */
export function askForThanks(file: CaseFile, planned: Plan, now: Date): Asked {
  if (!planned.thanks || planned.thanks.at > now) return { next: file, events: [] };
  const covers = planned.thanks.receivable_ids
    .slice(0, COVERS_MAX)
    .map((receivable_id) => ({ receivable_id, due_date: file.receivables.get(receivable_id)!.original_due_date, step: THANKS_STEP }));
  const policy = policyOf(file);
  return ask(file, planned, now, { purpose: 'service', step: THANKS_STEP, covers, instalment_id: null, turned_down: [], next_step: null, words: wordsOf(policy, policy.document.thanks), channels: channelsOf(file) });
}

/** The step that leads a notice, as the debts of that name take it: where they take several alternatives, the one that the régua puts first. */
function leadOf({ document }: Policy, { contacts }: Plan, due: readonly [string, Action][]): ContactStep {
  const ways = due.filter(([, { step }]) => step === due[0]![1].step).map(([id]) => contacts.get(id)!);
  return ways.sort((a, b) => document.steps.indexOf(a) - document.steps.indexOf(b))[0]!;
}

/** What a step says, offers, and by which channels, as the version of the régua has it now: a retry must not speak otherwise. */
const saying = (policy: Policy, lead: ContactStep) => ({
  words: wordsOf(policy, lead),
  offers: lead.action === 'offer' ? lead.offer : undefined,
  channels: lead.channels ?? policy.document.contact.channels,
});

function wordsOf({ document }: Policy, { template, tone }: { readonly template: string; readonly tone?: ContactStep['tone'] }): NoticeData['words'] {
  const found = templateOf(document, template, houseTemplates());
  return found && { template, tone, subject: found.subject, text: found.text };
}

const channelsOf = (file: CaseFile) => policyOf(file).document.contact.channels;

type What = Pick<NoticeData, 'step' | 'covers' | 'instalment_id' | 'turned_down' | 'next_step' | 'words' | 'offers' | 'channels' | 'asks_cause'> & { purpose: Purpose };

function ask(file: CaseFile, { today }: Plan, now: Date, what: What): Asked {
  const { key, creditor_id, customer_id, case_id, person } = file;
  const { purpose, step, covers, instalment_id, turned_down, next_step, words, offers, channels, asks_cause } = what;
  const { state, city_code } = addressOf(person!.state);
  const notice_id = derivedId('notice', case_id, purpose, today);
  const closes = closeOf(file, today);
  const until = purpose === 'service' && closes.getTime() - now.getTime() > THANKS_MS ? new Date(now.getTime() + THANKS_MS) : closes;
  const facts = [...file.receivables.values()]
    .filter(({ receivable_id, status }) => status === 'open' || covers.some((cover) => cover.receivable_id === receivable_id))
    .map(({ receivable_id, version }) => ({ receivable_id, version }));
  const data: NoticeData = {
    case_id, creditor_id, customer_id, notice_id,
    person_key: person!.person_key, state, city_code, local_day: today, not_before: now.toISOString(), valid_until: until.toISOString(),
    regua_version: policyOf(file).version, purpose, step, covers, instalment_id, turned_down, next_step, words, offers, channels, asks_cause, facts,
  };
  const event = outgoing(DunningNoticeRequested, { id: derivedId('notice-requested', notice_id), key, creditor_id, now, data });
  const notice: Notice = {
    notice_id, purpose, local_day: today, step, asked_at: now, valid_until: until, regua_version: data.regua_version, instalment_id, next_step, facts, turned_down,
    template: words?.template ?? null, tone: words?.tone ?? null, offers: offers ?? null, channels: channels ?? null,
  };
  const asked_day = purpose === 'service' ? { service_asked_day: today } : { contact_asked_day: today };
  return { next: { ...file, covers: withCovers(file, notice_id, covers, { outcome: 'asked', channel: null }, until), asked: [...file.asked, notice], ...asked_day }, events: [event] };
}

const withCovers = (file: CaseFile, notice_id: string, covers: readonly Cover[], { outcome, channel }: Pick<Covered, 'outcome' | 'channel'>, valid_until: Date): CaseFile['covers'] =>
  withEntries(file.covers, covers.map(({ receivable_id, due_date, step }) => [coverKey(notice_id, receivable_id), { notice_id, receivable_id, due_date, step, outcome, reason: null, channel, valid_until }]));

/** What the régua does next with the debts of a notice if it goes out and nothing else changes. */
function whatFollows(file: CaseFile, { today }: Plan, covers: readonly Cover[], now: Date): NoticeData['next_step'] {
  // A boleto issued anew is no charge that comes by itself: what the debtor is told of is what follows without it.
  const carries_out = file.carries_out && new Set([...file.carries_out].filter((kind) => kind !== 'retry'));
  const sent = plan({ ...file, covers: withCovers(file, 'supposed', covers, { outcome: 'sent', channel: 'email' }, now), contact_asked_day: today, carries_out }, now);
  const steps = covers.flatMap(({ receivable_id }) => sent.standings.get(receivable_id) ?? []).filter((standing): standing is Stepping => (standing.kind === 'action' || standing.kind === 'task') && standing.step !== null);
  const [first] = steps.sort((a, b) => a.at.getTime() - b.at.getTime());
  // What the platform will do by itself is said, too: nobody is asked to pay what is charged the next morning without knowing it.
  const platform = platformRetry(file, covers.map(({ receivable_id }) => file.receivables.get(receivable_id)!), now);
  if (platform && (!first || platform <= first.at)) return { step: 'retry', planned_day: localDayOf(file, platform), does: 'retry' };
  if (!first) return null;
  if (first.kind === 'action') return { step: first.step, planned_day: first.contact_day };
  const act = policyOf(file).document.steps.find((step) => taskOf(step) === first.reason);
  return { step: first.step, planned_day: localDayOf(file, first.at), does: act?.action === 'service' ? act.change : act?.action === 'retry' ? 'retry' : 'person' };
}

/** The alternatives of a collection notice: steps merged into a firmer one, and open debts that it leaves out, each with its reason. */
function turnedDown(planned: Plan, due: ReadonlyMap<string, Action>): NoticeData['turned_down'] {
  return [...planned.standings].flatMap(([receivable_id, standing]) => {
    const action = due.get(receivable_id);
    if (action) return (planned.merged.get(receivable_id) ?? []).map((step) => ({ receivable_id, step, reason: `merged into ${action.step}` }));
    if (standing.kind === 'end') return [];
    const step = ('step' in standing && standing.step) || 'none';
    const reason = standing.kind === 'action' ? `planned for ${standing.contact_day}` : standing.kind === 'waiting' ? 'a notice is out' : `${standing.kind}: ${standing.reason}`;
    return [{ receivable_id, step, reason: reason.slice(0, 80) }];
  });
}
