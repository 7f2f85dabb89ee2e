/** One rung: its name and the days between the due date and the day it is planned for (negative: before). */
export interface ReguaStep {
  readonly step: string;
  readonly offset_days: number;
}

/** A collection ladder as data: what is asked when, and who takes the case where it ends. */
export interface Regua {
  readonly version: string;
  readonly steps: readonly ReguaStep[];
  /** Local time of the debtor (HH:mm); the opening of the contact hours where they open later. */
  readonly hour_wanted: string;
  /** The creditor's queue that owns what the ladder can do no more for. */
  readonly queue: string;
  readonly first_review_days: number;
  readonly later_review_days: number;
  /** An agreement's instalment is reminded of this many days before it is due. */
  readonly instalment_reminder_days: number;
  /** So many refusals of the last step hand the debt to the queue: a provider that never accepts must not hide it. */
  readonly last_step_refusals_max: number;
  /** A payment older than this is not thanked for: an imported book is history, not an occasion. */
  readonly thanks_days_max: number;
}

/** What every creditor starts with; a change is a new version, never an edit. */
export const defaultRegua: Regua = {
  version: 'padrao-1',
  steps: [-3, 0, 1, 3, 7, 15, 30].map((offset_days) => ({ step: nameOf(offset_days), offset_days })),
  hour_wanted: '10:00',
  queue: 'cobranca',
  first_review_days: 7,
  later_review_days: 30,
  instalment_reminder_days: 3,
  last_step_refusals_max: 10,
  thanks_days_max: 10,
};

function nameOf(offset_days: number): string {
  return offset_days === 0 ? 'D0' : `D${offset_days < 0 ? '-' : '+'}${Math.abs(offset_days)}`;
}
