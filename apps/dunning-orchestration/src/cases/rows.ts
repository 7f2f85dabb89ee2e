import type { Agreement, CaseFile, Covered, Hold, Notice, Owner, Receivable, Standing } from './case-file';

/** A row as pg hands it out (dates as text, instants as Date) or as jsonb_to_recordset takes it in. */
export type Row = Record<string, unknown>;

export function caseOf(row: Row): CaseFile {
  const { key, creditor_id, customer_id, case_id, status, person_key, state, has_email, contact_asked_day, service_asked_day, due_at } = row;
  return {
    key, creditor_id, customer_id, case_id, status, contact_asked_day, service_asked_day, due_at,
    person: person_key === null ? null : { person_key, state, has_email, source_version: Number(row.person_version), changed_at: row.person_changed_at },
    channel_closed: row.channel_closed_at === null ? null : { reason: row.channel_closed_reason, at: row.channel_closed_at },
    receivables: new Map(), covers: new Map(), holds: new Map(), agreements: new Map(), asked: [],
  } as CaseFile;
}

export function caseRow({ key, creditor_id, customer_id, case_id, status, person, channel_closed, contact_asked_day, service_asked_day, due_at }: CaseFile): Row {
  return {
    key, creditor_id, customer_id, case_id, status, contact_asked_day, service_asked_day, due_at,
    person_key: person?.person_key, state: person?.state, has_email: person?.has_email, person_version: person?.source_version, person_changed_at: person?.changed_at,
    channel_closed_reason: channel_closed?.reason, channel_closed_at: channel_closed?.at,
  };
}

export function receivableOf(row: Row): Receivable {
  const { receivable_id, version, original_due_date, effective_due_date, status, collectability, review_date, settled_on, as_of, cure_told } = row;
  const owner = row.owner_task_id === null ? null : { queue: row.owner_queue, reason: row.owner_reason, review_date: row.owner_review_date, task_id: row.owner_task_id };
  return {
    receivable_id, version, original_due_date, effective_due_date, status, collectability, review_date, settled_on, as_of, cure_told, owner,
    open_cents: Number(row.open_cents), paid_cents: Number(row.paid_cents),
    standing: standingOf(row, owner as Owner | null),
  } as Receivable;
}

// Property order matters: a standing is compared with a newly planned one as text.
function standingOf(row: Row, owner: Owner | null): Standing {
  const { standing: kind, next_step: step, planned_day, contact_day, next_action_at: at } = row;
  const read = {
    action: () => ({ kind, step, planned_day, contact_day, at }),
    waiting: () => ({ kind, step, notice_id: row.outstanding_notice_id, at }),
    task: () => ({ kind, reason: row.standing_reason, at }),
    hold: () => ({ kind, reason: row.standing_reason, review_date: row.hold_review_date, at }),
    owner: () => ({ kind, ...owner, at }),
    end: () => ({ kind, reason: row.standing_reason }),
  }[kind as Standing['kind']];
  return read() as Standing;
}

export function receivableRow({ owner, standing, ...facts }: Receivable, { key, creditor_id }: CaseFile): Row {
  return {
    ...facts, key, creditor_id, ...standingRow(standing!),
    owner_queue: owner?.queue, owner_reason: owner?.reason, owner_review_date: owner?.review_date, owner_task_id: owner?.task_id,
  };
}

function standingRow(standing: Standing): Row {
  const { kind } = standing;
  const next_action_at = 'at' in standing ? standing.at : null;
  switch (kind) {
    case 'action': return { standing: kind, next_action_at, next_step: standing.step, planned_day: standing.planned_day, contact_day: standing.contact_day };
    case 'waiting': return { standing: kind, next_action_at, next_step: standing.step, outstanding_notice_id: standing.notice_id };
    case 'task': return { standing: kind, next_action_at, next_step: 'task', standing_reason: standing.reason };
    case 'hold': return { standing: kind, next_action_at, standing_reason: standing.reason, hold_review_date: standing.review_date };
    case 'owner': return { standing: kind, next_action_at };
    case 'end': return { standing: kind, standing_reason: standing.reason };
  }
}

export const coverOf = ({ notice_id, receivable_id, due_date, step, outcome, reason, valid_until }: Row): Covered =>
  ({ notice_id, receivable_id, due_date, step, outcome, reason, valid_until }) as Covered;

export const coverRow = (cover: Covered, { key, creditor_id }: CaseFile): Row => ({ ...cover, key, creditor_id });

export const holdOf = ({ hold_id, receivable_ids, reason, actor, placed_at, review_date }: Row): Hold =>
  ({ hold_id, receivable_ids, reason, actor, placed_at, review_date, lifted: null }) as Hold;

export const holdRow = ({ lifted, ...hold }: Hold, { key, creditor_id }: CaseFile): Row => ({
  ...hold, key, creditor_id, lifted_at: lifted?.at, lift_reason: lifted?.reason, lift_actor: lifted?.actor,
});

export const agreementOf = ({ agreement_id, receivable_ids, instalments, paid, ended }: Row): Agreement =>
  ({ agreement_id, receivable_ids, instalments, paid, ended }) as Agreement;

export const agreementRow = (agreement: Agreement, { key, creditor_id }: CaseFile): Row => ({ ...agreement, key, creditor_id });

export const noticeRow = (notice: Notice, { key, creditor_id }: CaseFile): Row => ({ ...notice, key, creditor_id });
