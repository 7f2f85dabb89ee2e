/** One broken case, told by ids only: what is wrong, and where to look. */
export interface Violation {
  readonly what: string;
  readonly creditor_id: string | null;
  readonly ids: Readonly<Record<string, string | number | null>>;
}

/** What became of one law: how many facts were really looked at, how many break it. */
export interface LawReport {
  readonly law: number;
  readonly name: string;
  readonly checked: number;
  readonly violations: number;
  /** Facts of the last 60 s on a running house: neither checked nor broken. */
  readonly too_young: number;
  /** Law 1: messages to somebody who had paid when nobody had recorded it yet. */
  readonly unknowable?: number;
  /** Law 4: events set aside that nobody has dealt with; kept, therefore no violation. */
  readonly open_rejections?: number;
  /** Law 3: what dunning's own hourly proof last found; null before the first. */
  readonly proof?: Proof | null;
  /** Law 2: the creditors that contact more often than the house by itself, by the decision of a named person. */
  readonly looser_by_decision?: readonly Looser[];
  readonly examples: readonly Violation[];
}

/** A creditor's own rule in force that is looser than the house's, and who answers for it. */
export interface Looser {
  readonly creditor_id: string;
  readonly version: number;
  readonly contacts_in_7_days: number;
  readonly contacts_in_30_days: number;
  readonly decision: { readonly decided_by: string; readonly role: string; readonly reason: string; readonly legal_basis: string | null };
  readonly set_by: string;
  readonly set_at: string;
}

/** One hour's proof as dunning recorded it: debts looked at, those over an hour late, those without date, hold or owner, and of these those planned anew. */
export interface Proof {
  readonly proven_at: string;
  readonly debts: number;
  readonly late: number;
  readonly forgotten: number;
  readonly healed: number;
}

// A house gone wrong breaks a law a million times; the count is kept, the cases are examples.
const EXAMPLES_MAX = 200;

/** Counts what is checked and keeps what is broken. */
export class Finding {
  checked = 0;
  violations = 0;
  tooYoung = 0;
  unknowable: number | undefined;
  openRejections: number | undefined;
  proof: Proof | null | undefined;
  looserByDecision: readonly Looser[] | undefined;
  private readonly examples: Violation[] = [];

  constructor(
    readonly law: number,
    readonly name: string,
  ) {}

  /** One fact was looked at; `broken` says what is wrong with it, null where nothing is. */
  check(broken: Violation | null): void {
    this.checked++;
    if (broken) this.broken(broken);
  }

  /** A case that is wrong beside the facts counted. */
  broken(violation: Violation): void {
    this.violations++;
    if (this.examples.length < EXAMPLES_MAX) this.examples.push(violation);
  }

  report(): LawReport {
    const { law, name, checked, violations, tooYoung: too_young, unknowable, openRejections, proof, looserByDecision, examples } = this;
    return {
      law, name, checked, violations, too_young,
      ...(unknowable === undefined ? {} : { unknowable }),
      ...(openRejections === undefined ? {} : { open_rejections: openRejections }),
      ...(proof === undefined ? {} : { proof }),
      ...(looserByDecision === undefined ? {} : { looser_by_decision: looserByDecision }),
      examples,
    };
  }
}
