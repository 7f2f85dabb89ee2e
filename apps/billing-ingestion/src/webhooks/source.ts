import type { UpstreamContent } from '@emdia/contracts';

/** The platforms whose webhooks are understood; `pix` is any PSP that calls back as the central bank specifies. */
export const KINDS = ['stripe', 'asaas', 'vindi', 'iugu', 'lago', 'kill-bill', 'pix'] as const;
export type Kind = (typeof KINDS)[number];

/** A call as it came in: nothing of it is trusted yet. */
export interface Incoming {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** The part of the path after the id, or `token` or `hmac` of the query, where the sender can keep its secret nowhere else. */
  readonly urlSecret: string | null;
}

/** What a source dedupes deliveries on (of strangers' make, any length), and what it calls the event. */
export interface Identified {
  readonly identity: string;
  readonly type: string;
}

/** Whose debts a delivery may be about, as far as it can be read: nobody is written to about them while it lies unread. */
export interface About {
  readonly customer_id: string | null;
  /** Invoice ids. */
  readonly references: readonly (string | null)[];
}

/** What the mapping of one delivery may look at. */
export interface Context {
  readonly body: Buffer;
  /** The payment source that its payments are told under: the name of the webhook. */
  readonly source: string;
  /** IANA zone of the creditor's civil dates. */
  readonly zone: string;
  /** ISO 4217, for the platforms that name none. */
  readonly currency: string;
  /** Days from issue to due, for platforms that know no due date. */
  readonly due_days: number;
  /** Whether the platform may be asked. */
  readonly asks: boolean;
  /** The instant as of which it is asked. */
  readonly as_of: string;
  /** What it answered, parsed with numbers as texts, by path. */
  readonly answers: ReadonlyMap<string, unknown>;
}

type DataOfType<T extends UpstreamContent['type']> = Omit<Extract<UpstreamContent, { type: T }>['data'], 'creditor_id'>;

/** An upstream event to be: its creditor is the webhook's, and the one mapping checks it against its contract. */
export type Content = { readonly [T in UpstreamContent['type']]: { readonly type: T; readonly data: DataOfType<T> } }[UpstreamContent['type']];

/** One fact of a delivery. `id` is its own identity, where a delivery holds many that may come again in other company; else it has the delivery's. */
export type Fact = Content & { readonly id?: string };

/** A part of a delivery that matters and cannot be told, while the rest can. */
export interface Untold {
  readonly reason: string;
  readonly about: About;
  readonly body: string;
}

/** What a delivery comes to: facts (and what of it could not be told), nothing anybody here needs (and why), or paths to ask the platform for first. */
export type Mapped = { readonly contents: readonly Fact[]; readonly untold?: readonly Untold[] } | { readonly ignored: string } | { readonly ask: readonly string[] };

/** How one platform's webhooks are checked, told apart and mapped; all of it pure. */
export interface Source {
  /** The secret stands in the path or query: the platform signs nothing, or not everyone who speaks its language does. */
  readonly secretInPath: boolean;
  /** Whether its deliveries tell too little, so that the platform must be asked. Then a delivery says "look again", and its repetition is looked at anew. */
  readonly asks: 'always' | 'sometimes' | 'never';
  /** Where the platform itself runs its API; elsewhere only administrators may send us. */
  readonly home: string | null;
  /** Whether one of the secrets made this call; compares in constant time, on the raw bytes. `epochMs` is wall time. */
  verify(incoming: Incoming, secrets: readonly string[], epochMs: number): boolean;
  /** Throws Unmappable where the body cannot be read. */
  identify(incoming: Incoming): Identified;
  /** For what cannot be told; may throw Unmappable. */
  about(body: Buffer): About;
  /** Throws Unmappable where the delivery matters and cannot be told. */
  map(context: Context): Mapped;
}
