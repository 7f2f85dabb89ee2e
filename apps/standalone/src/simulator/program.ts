import * as fc from 'fast-check';

interface Issue {
  readonly kind: 'issue';
  readonly who: number;
  readonly due_in_days: number;
  readonly amount_cents: number;
}

/** Holds on debts, and those on a person with all accounts that they have. */
export type HoldKind = 'manual' | 'over-indebtedness' | 'deceased';

/** What happens to the house in one step, told by small numbers that the world turns into whom and what they mean. */
export type Deed =
  | Issue
  | { readonly kind: 'pay'; readonly which: number; readonly share: 'part' | 'whole' | 'over'; readonly names: 'all' | 'reference' | 'customer' }
  | { readonly kind: 'refund'; readonly which: number; readonly share: 'part' | 'whole' }
  | { readonly kind: 'amend'; readonly which: number; readonly days: number; readonly percent: number }
  | { readonly kind: 'cancel'; readonly which: number }
  | { readonly kind: 'pending'; readonly which: number }
  | { readonly kind: 'failed'; readonly which: number }
  | { readonly kind: 'decline'; readonly which: number; readonly code: string; readonly again_in_days: number }
  | { readonly kind: 'contact'; readonly who: number; readonly state: string; readonly moved: boolean }
  | { readonly kind: 'spoilt'; readonly which: number }
  | { readonly kind: 'conflict'; readonly which: number }
  | { readonly kind: 'correct'; readonly which: number; readonly discarded: boolean }
  | { readonly kind: 'promise'; readonly who: number; readonly in_days: number }
  | { readonly kind: 'agree'; readonly who: number; readonly instalments: number }
  | { readonly kind: 'dispute'; readonly who: number; readonly in_days: number }
  | { readonly kind: 'end'; readonly which: number; readonly outcome: 'upheld' | 'rejected' | 'withdrawn' | 'settled' }
  | { readonly kind: 'hold'; readonly who: number; readonly in_days: number; readonly everything: boolean; readonly of: HoldKind }
  | { readonly kind: 'lift'; readonly which: number }
  | { readonly kind: 'source'; readonly lag_business_days: number; readonly silent_days: number }
  | { readonly kind: 'creditor'; readonly named: number }
  | { readonly kind: 'carrier'; readonly but: number }
  | { readonly kind: 'opt-out'; readonly who: number }
  | { readonly kind: 'call'; readonly who: number; readonly in_days: number };

/** Some deeds at one instant, then some time; `seed` draws all that goes wrong meanwhile. */
export interface Step {
  readonly seed: number;
  readonly deeds: readonly Deed[];
  readonly days: number;
  /** Added to the days where facts come by day too. */
  readonly hours: number;
}

/** What the creditor's systems carry out: nothing, or everything, which they hear of by the topic alone or by the webhook, too. */
export type Carries = 'nothing' | 'by-topic' | 'by-webhook';

/** A story to be played twice: once as it is told, once with everything going wrong that may. */
export interface Program {
  readonly seed: number;
  /**
   * Facts come at midnight, when nobody may be written to: whatever their order, the house knows all of them before it
   * acts. By day a letter may go between two of them, rightly, so that only the laws can be asked for; so too where one
   * person has two accounts, as then.
   */
  readonly by_night: boolean;
  readonly carries: Carries;
  readonly customers: number;
  /** Invoices told before the first step, so that there is somebody to be asked from the first day. */
  readonly opening: readonly Issue[];
  readonly steps: readonly Step[];
}

/** How long and how wide stories are. */
export interface Size {
  readonly steps: number;
  readonly customers: number;
  readonly opening: number;
  readonly deeds: number;
}

/** The size that CI plays 200 of, and one to be left running. */
export const SHORT: Size = { steps: 8, customers: 16, opening: 20, deeds: 6 };
export const LONG: Size = { steps: 12, customers: 400, opening: 900, deeds: 60 };

const UFS = ['SP', 'AM', 'PE', 'AC', 'RS'];
const index = fc.nat({ max: 999 });
const days = (min: number, max: number) => fc.integer({ min, max });
// What goes wrong is not made smaller: another number would be another story.
const seed = fc.noShrink(fc.nat({ max: 0x7fff_ffff }));

const issue = fc.record({ kind: fc.constant('issue' as const), who: index, due_in_days: days(-12, 12), amount_cents: days(1_000, 50_000) });

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 26, arbitrary: issue },
  { weight: 22, arbitrary: fc.record({ kind: fc.constant('pay' as const), which: index, share: fc.constantFrom('whole' as const, 'whole' as const, 'part' as const, 'over' as const), names: fc.constantFrom('all' as const, 'reference' as const, 'customer' as const) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('refund' as const), which: index, share: fc.constantFrom('part' as const, 'whole' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('amend' as const), which: index, days: days(-5, 10), percent: days(50, 150) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: index }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pending' as const), which: index }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('failed' as const), which: index }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('decline' as const), which: index, code: fc.constantFrom('51', '51', '05', '91', '65', '14'), again_in_days: fc.constantFrom(0, 0, 0, 2) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('contact' as const), who: index, state: fc.constantFrom(...UFS), moved: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('spoilt' as const), which: index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('conflict' as const), which: index }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('correct' as const), which: index, discarded: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('promise' as const), who: index, in_days: days(1, 12) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('agree' as const), who: index, instalments: days(1, 4) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('dispute' as const), who: index, in_days: days(1, 20) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('end' as const), which: index, outcome: fc.constantFrom('upheld' as const, 'rejected' as const, 'withdrawn' as const, 'settled' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('hold' as const), who: index, in_days: days(1, 15), everything: fc.boolean(), of: fc.constantFrom<HoldKind>('manual', 'manual', 'over-indebtedness', 'deceased') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lift' as const), which: index }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('source' as const), lag_business_days: days(0, 3), silent_days: days(0, 5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('creditor' as const), named: index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('carrier' as const), but: index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('opt-out' as const), who: index }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('call' as const), who: index, in_days: days(0, 7) }) },
);

/** Stories of a size; what fails is told again with fewer steps and deeds. */
export const programs = ({ steps, customers, opening, deeds }: Size): fc.Arbitrary<Program> =>
  fc.record({
    seed,
    by_night: fc.noShrink(fc.oneof({ weight: 2, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) })),
    carries: fc.noShrink(fc.constantFrom<Carries>('nothing', 'by-topic', 'by-webhook', 'by-webhook')),
    customers: fc.noShrink(fc.integer({ min: Math.ceil(customers / 4), max: customers })),
    opening: fc.array(issue, { minLength: Math.floor(opening / 4), maxLength: opening, size: 'max' }),
    steps: fc.array(
      fc.record({ seed, deeds: fc.array(deed, { maxLength: deeds, size: 'max' }), days: fc.constantFrom(1, 2, 3, 5, 8), hours: fc.nat({ max: 23 }) }),
      { minLength: 1, maxLength: steps, size: 'max' },
    ),
  });
