import { derivedId, type Channel, type Collectability, type Purpose, type Rail, type ReceivableStatus } from '@emdia/contracts';
import type { CivilDate, OwnHours, Place } from '@emdia/calendar';
import type { Cause, ContactBudget, Policy } from '@emdia/regua';
import type { Rules } from '@emdia/retries';
import type { ActKind, Change as Changed, OutwardAct } from '../acts/outward-act';
import type { HoldKind } from '../holds/kinds';
import type { Published } from '../reguas/published';
import type { Unfitted } from '../reguas/unfitted';
import type { KeptAttempt } from '../retries/attempts';
import type { Granted } from '../retries/retrying';

/** What billing tells of the customer; the highest `source_version` counts. */
export interface Person {
  readonly person_key: string;
  /** Where they live: a state, or a municipality (`SP-3550308`). */
  readonly state: Place | null;
  readonly has_email: boolean;
  /** The creditor's own group of customers, and a credit score in points; null where nobody told. */
  readonly segment: string | null;
  readonly score: number | null;
  readonly source_version: number;
  readonly changed_at: Date;
}

/** How one open receivable is kept from being forgotten (law 3), or how it ended; `at` is when somebody looks again. */
export type Standing =
  | { readonly kind: 'action'; readonly step: string; readonly planned_day: CivilDate; readonly contact_day: CivilDate; readonly at: Date }
  | { readonly kind: 'waiting'; readonly step: string; readonly notice_id: string; readonly at: Date }
  | { readonly kind: 'task'; readonly reason: string; readonly step: string | null; readonly at: Date }
  | { readonly kind: 'hold'; readonly reason: string; readonly review_date: CivilDate; readonly at: Date }
  | ({ readonly kind: 'owner'; readonly at: Date } & Owner)
  | { readonly kind: 'end'; readonly reason: Exclude<ReceivableStatus, 'open'> | 'prescribed' };

/** The queue a receivable was given to, why, and when it is asked again. */
export interface Owner {
  readonly queue: string;
  readonly reason: string;
  readonly review_date: CivilDate;
  readonly task_id: string;
}

/** That a person said they did what a task asked. */
export interface TaskDone {
  /** ISO 8601. */
  readonly at: string;
  readonly actor: string;
}

/** A step of the régua that was done without a message, for one due date. */
export interface Acted {
  readonly step: string;
  readonly due_date: CivilDate;
  readonly on: CivilDate;
  readonly task_id: string;
  /** What a person did then, or may have done; absent where nothing of it could be taken back. */
  readonly change?: Changed;
  /** The task by which a person was asked to take it back. */
  readonly back?: string;
  /** What that task says, and that it is done; the debt has ended and has no owner to say it. */
  readonly back_task?: Omit<Owner, 'task_id'> & { readonly done?: TaskDone };
  /** What was decided where it was a retry; it counts in the budget until its attempt is told. */
  readonly retry?: Granted;
  /** When the retry was asked for (ISO 8601). */
  readonly at?: string;
}

/** A receivable as reconciliation last told it, and what this service made of it. */
export interface Receivable {
  readonly receivable_id: string;
  readonly version: number;
  readonly original_due_date: CivilDate;
  readonly effective_due_date: CivilDate;
  readonly open_cents: number;
  readonly paid_cents: number;
  readonly status: ReceivableStatus;
  readonly collectability: Collectability;
  readonly review_date: CivilDate | null;
  readonly settled_on: CivilDate | null;
  /** Day of the event that brought this version, Brasília. */
  readonly as_of: CivilDate;
  /** Whether a case-cured event spoke of its end. */
  readonly cure_told: boolean;
  /** How upstream charges it by itself, or that its boleto may be issued anew; none where it waits for the debtor, null where nobody said. */
  readonly rails: readonly Rail[] | null;
  /** What its instruments are called in attempts to charge. */
  readonly charge_ids: readonly string[];
  readonly owner: Owner | null;
  readonly acted: readonly Acted[];
  readonly standing: Standing | null;
}

/** What became of one (receivable, due date, step) triple of one notice. */
export interface Covered {
  readonly notice_id: string;
  readonly receivable_id: string;
  readonly due_date: CivilDate;
  readonly step: string;
  readonly outcome: 'asked' | 'sent' | 'unknown' | 'refused' | 'lapsed';
  readonly reason: string | null;
  /** On which it went, or may have. */
  readonly channel: Channel | null;
  readonly valid_until: Date;
}

/** Who said something, when and why. */
export interface Word {
  readonly at: Date;
  readonly reason: string;
  readonly actor: string;
}

export interface Hold {
  readonly hold_id: string;
  /** Empty: all of the customer. */
  readonly receivable_ids: readonly string[];
  readonly kind: HoldKind;
  readonly reason: string;
  readonly actor: string;
  readonly placed_at: Date;
  /** The first day that counts; earlier than that of `placed_at` where it is back-dated. */
  readonly begin_date: CivilDate;
  /** When it ends by itself. */
  readonly review_date: CivilDate;
  /** When somebody next looks at its debts: a person who is asked while it stands, or its end. */
  readonly look_date: CivilDate;
  /** The hold of the same person's other case that it was placed with. */
  readonly placed_with: string | null;
  /** What a person was last asked to do while it stands. */
  readonly task: { readonly task_id: string; readonly queue: string; readonly reason: string } | null;
  readonly lifted: (Word & { readonly by_itself: boolean }) | null;
  /** What a person said of its debts after it had ended by itself. */
  readonly decided: Word | null;
}

export interface Instalment {
  readonly instalment_id: string;
  readonly number: number;
  readonly due_date: CivilDate;
}

/** An agreement as negotiation told it so far: its end or a payment may be read before its making. */
export interface Agreement {
  readonly agreement_id: string;
  readonly receivable_ids: readonly string[];
  readonly instalments: readonly Instalment[];
  readonly paid: readonly string[];
  readonly ended: boolean;
}

/** A change of a case that somebody made or said, kept for explanation (law 5) and read by no decision. */
export interface Change {
  readonly what: 'cause' | 'regua';
  readonly at: Date;
  readonly before: string | null;
  readonly after: string;
  readonly actor: string;
  readonly reason: string;
  /** What it was decided on; null where nothing but the actor's word. */
  readonly facts: unknown;
}

/** A notice as it was asked for: kept for explanation (law 5), read by no decision. */
export interface Notice {
  readonly notice_id: string;
  readonly purpose: Purpose;
  readonly local_day: CivilDate;
  readonly step: string;
  readonly asked_at: Date;
  readonly valid_until: Date;
  readonly regua_version: string;
  readonly instalment_id: string | null;
  readonly next_step: unknown;
  readonly facts: unknown;
  readonly turned_down: unknown;
  /** Name and tone of the words, what they offer, and the channels preferred; null where the régua has none of it. */
  readonly template: string | null;
  readonly tone: string | null;
  readonly offers: readonly string[] | null;
  readonly channels: readonly string[] | null;
}

/** What its creditor has set for all its cases; undefined where it has set nothing of the kind. */
export interface CreditorSettings {
  /** The kinds of acts that its systems do. */
  readonly carries_out?: ReadonlySet<ActKind> | undefined;
  /** Whether they are told by a webhook; else they read the topic. */
  readonly has_webhook?: boolean | undefined;
  /** Its own weekdays of contact, 1 Monday to 5 Friday. */
  readonly own_weekdays?: readonly number[] | undefined;
  /** What it leaves of the hours of contact. */
  readonly own_hours?: OwnHours | undefined;
  /** How often it lets a person be contacted. */
  readonly own_budgets?: readonly ContactBudget[] | undefined;
  /** The réguas that it published. */
  readonly published?: Published | undefined;
  /** What becomes of whom none of those fits; undefined: the régua of the house. */
  readonly unfitted?: Unfitted | undefined;
  /** Its own tables of rules for retries. */
  readonly retry_rules?: Rules | undefined;
}

/** Every setting in its place: a property that is added to a copy of a case costs two microseconds, one that is replaced a tenth of one. */
export const settingsOf = ({ carries_out, has_webhook, own_weekdays, own_hours, own_budgets, published, unfitted, retry_rules }: CreditorSettings = {}): CreditorSettings =>
  ({ carries_out, has_webhook, own_weekdays, own_hours, own_budgets, published, unfitted, retry_rules });

/** Everything known of one customer at one creditor; never changed in place. */
export interface CaseFile extends CreditorSettings {
  readonly key: string;
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly case_id: string;
  readonly status: 'new' | 'open' | 'closed';
  readonly person: Person | null;
  /** A channel that notifications found closed, and when. */
  readonly channel_closed: { readonly reason: string; readonly at: Date } | null;
  readonly receivables: ReadonlyMap<string, Receivable>;
  /** By notice and receivable, see coverKey. */
  readonly covers: ReadonlyMap<string, Covered>;
  readonly holds: ReadonlyMap<string, Hold>;
  readonly agreements: ReadonlyMap<string, Agreement>;
  /** What the creditor's systems were to do, by act id. */
  readonly acts: ReadonlyMap<string, OutwardAct>;
  /** Declined charges of the customer, and of everybody on the same cards; see attemptKey. */
  readonly attempts: ReadonlyMap<string, KeptAttempt>;
  /** Last local day for which a collection or agreement notice was asked: one contact per day, whatever became of it. */
  readonly contact_asked_day: CivilDate | null;
  readonly service_asked_day: CivilDate | null;
  /** When this case wants to be looked at next; null where nothing is open. */
  readonly due_at: Date | null;
  /** The régua it opened with, which it keeps until it closes; null before that. */
  readonly regua_version: string | null;
  /** Why it is unpaid, as the debtor or a person said; forgotten when it opens again. */
  readonly cause: { readonly cause: Cause; readonly at: Date; readonly by: string } | null;
  /** When a letter asked why it is unpaid, this opening; null before that. */
  readonly cause_asked_at: Date | null;
  /** Since when, and by whose word. */
  readonly regua_since: Date | null;
  readonly regua_by: string | null;
  /** A régua that is only tried out; never kept. */
  readonly trial?: Policy | null;
  /** Notices asked for by this change. */
  readonly asked: readonly Notice[];
  /** What was changed by this change. */
  readonly changes: readonly Change[];
}

export const coverKey = (notice_id: string, receivable_id: string): string => `${notice_id}/${receivable_id}`;

/** Whose a key is: creditor/customer, and neither holds a slash. */
export function idsOf(key: string): Pick<CaseFile, 'key' | 'creditor_id' | 'customer_id' | 'case_id'> {
  const slash = key.indexOf('/');
  const [creditor_id, customer_id] = [key.slice(0, slash), key.slice(slash + 1)];
  return { key, creditor_id, customer_id, case_id: derivedId('case', creditor_id, customer_id) };
}

/** The file of a customer of whom nothing is known yet. */
export function emptyCase(key: string): CaseFile {
  return {
    ...settingsOf(), ...idsOf(key),
    status: 'new', person: null, channel_closed: null,
    receivables: new Map(), covers: new Map(), holds: new Map(), agreements: new Map(), acts: new Map(), attempts: new Map(),
    contact_asked_day: null, service_asked_day: null, due_at: null, regua_version: null, regua_since: null, regua_by: null, cause: null, cause_asked_at: null, asked: [], changes: [],
  };
}

/** A copy of a map with some entries set. */
export const withEntries = <V>(map: ReadonlyMap<string, V>, entries: Iterable<readonly [string, V]>): ReadonlyMap<string, V> => new Map([...map, ...entries]);
