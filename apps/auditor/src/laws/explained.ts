import { Finding } from '../finding';
import type { Snapshot } from '../snapshot';
import { actsExplained } from './acts';
import { waitingMoney } from './waiting-money';

/** A message as notifications kept it. */
export interface Told {
  readonly notice_id: string;
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly case_id: string;
  readonly purpose: 'collection' | 'agreement' | 'service' | 'reply';
  readonly step: string;
  readonly regua_version: string;
  readonly instalment_id: string | null;
  readonly status: string;
  readonly covers: readonly { readonly receivable_id: string; readonly due_date: string; readonly step: string }[];
  readonly facts: readonly { readonly receivable_id: string; readonly version: number }[];
  readonly turned_down: unknown;
  readonly verdict: {
    readonly as_of_epoch_ms: number | null;
    readonly covers: readonly { readonly receivable_id: string; readonly goes: boolean; readonly reason: string | null; readonly amounts: { readonly version: number } | null }[];
  } | null;
  readonly has_called: boolean;
  /** The words it was asked for with, and the channel taken; null in messages asked for before there were any. */
  readonly template: string | null;
  readonly channel: string | null;
}

/** The notice as dunning asked for it. */
export interface Asked {
  readonly notice_id: string;
  readonly purpose: string;
  readonly step: string;
  readonly regua_version: string;
  readonly case_id: string;
  readonly template: string | null;
}

/** What ids may point to. */
export interface Known {
  readonly notices: ReadonlyMap<string, Asked>;
  /** The newest version of each receivable in the ledger. */
  readonly versions: ReadonlyMap<string, number>;
  readonly instalments: ReadonlySet<string>;
}

const TOLD = `
  select notice_id, creditor_id, customer_id, case_id, purpose, step, regua_version, instalment_id, status, covers, facts, turned_down, verdict,
         call_began_at is not null as has_called, words ->> 'template' as template, channel
  from notifications.delivery`;
const NOTICES = `select n.notice_id, n.purpose, n.step, n.regua_version, n.template, f.case_id from dunning.notice n join dunning.case_file f using (key)`;
// Every version a receivable ever had is kept; they run from 1 without a gap.
const VERSIONS = `
  select c.receivable_id, r.creditor_id, max(c.version) as version, count(*)::int as kept, r.version as newest
  from reconciliation.collectability_change c left join reconciliation.receivable r using (receivable_id) group by c.receivable_id, r.creditor_id, r.version`;

/** Law 5: messages, acts, agreements, promises and disputes resolve to what they were decided on, and money to who placed it; nothing points to what is not there. */
export async function explained(snapshot: Snapshot, options: { readonly still: boolean }): Promise<Finding> {
  const finding = new Finding(5, 'Everything can be explained');
  const notices = new Map<string, Asked>();
  const versions = new Map<string, number>();
  await snapshot.each<Asked>('dunning', NOTICES, (row) => notices.set(row.notice_id, row));
  type Versions = { readonly receivable_id: string; readonly creditor_id: string | null; readonly version: number; readonly kept: number; readonly newest: number | null };
  await snapshot.each<Versions>('reconciliation', VERSIONS, ({ receivable_id, creditor_id, version, kept, newest }) => {
    versions.set(receivable_id, version);
    finding.check(kept === version && newest === version ? null : { what: `versions are missing: ${kept} of ${version} are kept, the newest is ${newest}`, creditor_id, ids: { receivable_id } });
  });
  const instalments = new Set((await snapshot.all<{ instalment_id: string }>('negotiation', 'select instalment_id from negotiation.instalment')).map((row) => row.instalment_id));
  const known: Known = { notices, versions, instalments };
  await snapshot.each<Told>('notifications', TOLD, (row) => judgeTold(finding, row, known));
  await actsExplained(snapshot, finding, versions);
  await agreements(snapshot, finding, known);
  await pointers(snapshot, finding, known);
  await waitingMoney(snapshot, finding, options);
  return finding;
}

/** Checks one message, left or refused. */
export function judgeTold(finding: Finding, told: Told, known: Known): void {
  const wrong = unexplained(told, known);
  const { creditor_id, notice_id, customer_id, purpose } = told;
  finding.check(wrong.length ? { what: wrong.join('; '), creditor_id, ids: { notice_id, customer_id, purpose } } : null);
}

function unexplained(told: Told, { notices, versions, instalments }: Known): string[] {
  const wrong: string[] = [];
  const asked = notices.get(told.notice_id);
  if (!asked) wrong.push('no notice asked for it');
  else {
    if (asked.regua_version !== told.regua_version || !told.regua_version) wrong.push('its régua version is not the notice’s');
    if (asked.step !== told.step) wrong.push('its step is not the notice’s');
    if (asked.purpose !== told.purpose) wrong.push('its purpose is not the notice’s');
    if (asked.template !== told.template) wrong.push('its words are not the notice’s');
    if (asked.case_id !== told.case_id) wrong.push('its case is not the notice’s');
  }
  if (told.purpose === 'agreement' && !(told.instalment_id && instalments.has(told.instalment_id))) wrong.push('it names no instalment that exists');
  if (!Array.isArray(told.turned_down)) wrong.push('it does not tell the alternatives turned down');
  const decidedOn = new Set(told.facts.map(({ receivable_id }) => receivable_id));
  for (const { receivable_id } of told.covers) if (!decidedOn.has(receivable_id)) wrong.push(`no fact stands behind its debt ${receivable_id}`);
  for (const { receivable_id, version } of told.facts) {
    const newest = versions.get(receivable_id);
    if (newest === undefined || version < 1 || version > newest) wrong.push(`version ${version} of receivable ${receivable_id} is not in the ledger`);
  }
  if (told.has_called && told.template !== null && told.channel === null) wrong.push('it does not tell its channel');
  if (told.has_called) wrong.push(...withoutVerdict(told, versions));
  return wrong;
}

function withoutVerdict({ purpose, verdict, covers }: Told, versions: ReadonlyMap<string, number>): string[] {
  if (!verdict) return ['it went without a verdict'];
  if (purpose !== 'collection' && purpose !== 'agreement') return [];
  const wrong = verdict.as_of_epoch_ms === null ? ['the gate was not asked'] : [];
  if (verdict.covers.length !== covers.length) wrong.push('the verdict is on other debts');
  for (const { receivable_id, goes, reason, amounts } of verdict.covers) {
    if (goes && !(amounts && amounts.version <= (versions.get(receivable_id) ?? 0))) wrong.push(`no verdict on receivable ${receivable_id}`);
    if (!goes && !reason) wrong.push(`receivable ${receivable_id} left the message without a reason`);
  }
  return wrong;
}

/** An agreement as negotiation holds it. */
export interface Agreed {
  readonly agreement_id: string;
  readonly creditor_id: string;
  readonly customer_id: string;
  readonly actor: string | null;
  readonly instalments: readonly { readonly number: number; readonly due_date: string; readonly amount_cents: number }[];
  readonly receivable_ids: readonly string[];
}

const AGREED = `
  select a.agreement_id, a.creditor_id, a.customer_id, a.actor,
         (select coalesce(jsonb_agg(jsonb_build_object('number', i.number, 'due_date', i.due_date, 'amount_cents', i.amount_cents) order by i.number), '[]')
            from negotiation.instalment i where i.agreement_id = a.agreement_id) as instalments,
         array(select c.receivable_id from negotiation.cover c where c.thing_id = a.agreement_id) as receivable_ids
  from negotiation.agreement a`;

async function agreements(snapshot: Snapshot, finding: Finding, known: Known): Promise<void> {
  await snapshot.each<Agreed>('negotiation', AGREED, (row) => judgeAgreed(finding, row, known));
}

/** Checks one agreement: instalments 1 to n in the order of their dates, on debts that exist, made by somebody. */
export function judgeAgreed(finding: Finding, agreed: Agreed, { versions }: Known): void {
  const { agreement_id, creditor_id, customer_id, instalments, receivable_ids } = agreed;
  const wrong: string[] = [];
  if (!agreed.actor) wrong.push('nobody made it');
  if (instalments.length === 0) wrong.push('it has no instalments');
  if (instalments.some(({ number }, index) => number !== index + 1)) wrong.push('its instalments are not 1 to n');
  if (instalments.some(({ due_date }, index) => index > 0 && due_date <= instalments[index - 1]!.due_date)) wrong.push('its instalments are not in the order of their dates');
  if (receivable_ids.length === 0) wrong.push('it covers no debt');
  for (const receivable_id of receivable_ids) if (!versions.has(receivable_id)) wrong.push(`its debt ${receivable_id} is not in the ledger`);
  finding.check(wrong.length ? { what: wrong.join('; '), creditor_id, ids: { agreement_id, customer_id } } : null);
}

type Pointer = { readonly from: string; readonly id: string; readonly creditor_id: string; readonly receivable_id: string; readonly actor: string | null };

const POINTERS = {
  negotiation: `
    select 'promise' as "from", p.promise_id as id, p.creditor_id, c.receivable_id, p.actor from negotiation.promise p join negotiation.cover c on c.thing_id = p.promise_id
    union all
    select 'dispute', d.dispute_id, d.creditor_id, c.receivable_id, d.actor from negotiation.dispute d join negotiation.cover c on c.thing_id = d.dispute_id`,
  dunning: `
    select 'hold' as "from", h.hold_id as id, h.creditor_id, r as receivable_id, h.actor from dunning.hold h cross join lateral unnest(h.receivable_ids) r
    union all
    select 'owner', owner_task_id, creditor_id, receivable_id, owner_queue from dunning.case_receivable where standing = 'owner'`,
} as const;

// Every step that says that a notice covered it.
const STEPS = `
  select c.notice_id, c.creditor_id, c.receivable_id, exists (select from dunning.notice n where n.notice_id = c.notice_id) as is_asked
  from dunning.covered_step c`;

async function pointers(snapshot: Snapshot, finding: Finding, { versions }: Known): Promise<void> {
  for (const schema of ['negotiation', 'dunning'] as const) {
    await snapshot.each<Pointer>(schema, POINTERS[schema], (row) => {
      const { from, id, creditor_id, receivable_id, actor } = row;
      const what = !versions.has(receivable_id) ? `a ${from} stands on a receivable that is not in the ledger` : !id || !actor ? `a ${from} without an id or anybody behind it` : null;
      finding.check(what === null ? null : { what, creditor_id, ids: { [from]: id, receivable_id } });
    });
  }
  type Step = { readonly notice_id: string; readonly creditor_id: string; readonly receivable_id: string; readonly is_asked: boolean };
  await snapshot.each<Step>('dunning', STEPS, ({ creditor_id, is_asked, ...ids }) =>
    finding.check(is_asked ? null : { what: 'a step was covered by a notice that does not exist', creditor_id, ids }));
}
