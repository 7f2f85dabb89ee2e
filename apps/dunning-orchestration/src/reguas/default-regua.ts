import { Type, type Static } from '@sinclair/typebox';

/** A collection ladder as data: what is asked when, and who takes the case where it ends. */
export const ReguaView = Type.Readonly(Type.Object({
  version: Type.String(),
  steps: Type.Array(Type.Object({ step: Type.String(), offset_days: Type.Integer({ description: 'Days from the due date to the day planned for; negative: before' }) })),
  hour_wanted: Type.String({ description: 'HH:mm where the debtor lives; the opening of the contact hours where they open later' }),
  queue: Type.String({ description: 'Owns what the ladder can do no more for' }),
  first_review_days: Type.Integer(),
  later_review_days: Type.Integer(),
  instalment_reminder_days: Type.Integer({ description: 'An instalment is reminded of this many days before it is due' }),
  last_step_refusals_max: Type.Integer({ description: 'So many refusals of the last step hand the debt to the queue: a provider that never accepts must not hide it' }),
  thanks_days_max: Type.Integer({ description: 'An older payment is not thanked for: an imported book is history, not an occasion' }),
}));
export type Regua = Static<typeof ReguaView>;
export type ReguaStep = Regua['steps'][number];

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
