import type { Tx } from '@emdia/database';
import { step, type Step, type Store } from '@emdia/messaging';
import type { Addressee } from '../contact/addressee';
import { classOf } from '../contact/budget';
import { reserve, type Wanted } from '../contact/contact-days';
import { limitsOf, ownRulesOf } from '../contact/own-rules';
import { admit, byTheClock, channelFor, contactDay, isDue, type Claimant, type Known } from './admission';
import { lockDeliveries, type Deliveries } from './deliveries';
import type { Delivery } from './delivery';

interface Asking {
  readonly delivery: Delivery | null;
  readonly known: Known;
}

/** What was known before the transaction began: nobody is asked over the network while rows are locked. */
export interface Beforehand {
  readonly now: Date;
  readonly by: Claimant;
  readonly scopeOf: (creditor_id: string) => string;
  /** By notice id; null for an unknown customer, no entry where the look-up failed. */
  readonly addressees: ReadonlyMap<string, Addressee | null>;
}

const NOBODY: Known = { addressee: undefined, closed: null, budget: false };

/**
 * Step (a) of leaving, as a store: locks due messages (leaving out those of another process), reads what the persons
 * closed, and takes the day's budget rows; the decision is `admit`.
 */
export class Claims implements Store<Asking> {
  readonly name = 'delivery';

  constructor(
    private readonly deliveries: Deliveries,
    private readonly before: Beforehand,
  ) {}

  /** The step that lets one message ask; its result is the message as it then is, undefined where another took it. */
  step(noticeId: string): Step<Asking, Delivery | undefined> {
    return step<Asking, Delivery | undefined>(this, noticeId, (asking) => {
      // As of the instant at which its day was taken, or not: by a later one it might be due, and its day would be nobody's.
      const decision = admit(asking.delivery, asking.known, this.before.by, this.before.now);
      if ('ignored' in decision) return { ignored: decision.ignored };
      return { ...decision, next: { ...asking, delivery: decision.next }, result: decision.next ?? undefined };
    });
  }

  async load(tx: Tx, noticeIds: readonly string[]): Promise<Map<string, Asking>> {
    const { now, by, addressees } = this.before;
    const locked = await lockDeliveries(tx, noticeIds, true);
    const closed = await this.closedPoints(tx, [...locked.values()]);
    const rules = await ownRulesOf(tx, [...locked.values()].map(({ creditor_id }) => creditor_id));
    const asking = new Map<string, Asking>();
    const wishes: Wanted[] = [];
    for (const id of noticeIds) {
      const found = locked.get(id);
      const delivery = found ? { ...found, own_rule: rules.get(found.creditor_id) ?? null } : null;
      const addressee = addressees.get(id);
      const known = { addressee, closed: delivery && addressee ? closed(addressee) : null, budget: false };
      asking.set(id, { delivery, known: delivery ? known : NOBODY });
      // Another process may have given it back meanwhile, for later: a day taken for it now would stand in its own way then.
      if (!isDue(delivery, by, now) || byTheClock(delivery, now).to !== 'admit' || channelFor(delivery, known).reason) continue;
      const wanted = this.wanted(delivery, addressee!);
      if (wanted) wishes.push(wanted);
      else asking.set(id, { delivery, known: { ...known, budget: true } });
    }
    const won = await reserve(tx, wishes, now);
    wishes.forEach(({ notice_id }, index) => {
      const { delivery, known } = asking.get(notice_id!)!;
      asking.set(notice_id!, { delivery, known: { ...known, budget: won[index]! } });
    });
    return asking;
  }

  async save(tx: Tx, changed: ReadonlyMap<string, Asking>): Promise<void> {
    await this.deliveries.save(tx, new Map([...changed].map(([id, { delivery }]) => [id, delivery])));
  }

  private wanted(delivery: Delivery, { contact_point_key }: Addressee): Wanted | null {
    const kind = classOf(delivery.purpose);
    if (!kind) return null;
    const { creditor_id, person_key, notice_id } = delivery;
    const local_date = contactDay(delivery, this.before.now);
    const scope = this.before.scopeOf(creditor_id);
    return { scope, person_key, contact_point_key, local_date, class: kind, creditor_id, cause: 'notice', notice_id, customer_id: null, limits: limitsOf(delivery.own_rule, scope) };
  }

  private async closedPoints(tx: Tx, deliveries: readonly Delivery[]): Promise<(addressee: Addressee) => Known['closed']> {
    const points = [...new Set(deliveries.flatMap(({ notice_id }) => this.before.addressees.get(notice_id)?.contact_point_key ?? []))];
    if (points.length === 0) return () => null;
    const rows = await tx.query<{ creditor_id: string | null; contact_point_key: string }>(
      `select creditor_id, contact_point_key from opt_out where channel = 'email' and contact_point_key = any($1)
       union all select null, contact_point_key from closed_contact_point where channel = 'email' and contact_point_key = any($1)`,
      [points],
    );
    const closed = new Set(rows.map(({ creditor_id, contact_point_key }) => `${creditor_id ?? ''} ${contact_point_key}`));
    return ({ creditor_id, contact_point_key }) => {
      if (contact_point_key === null) return null;
      if (closed.has(` ${contact_point_key}`)) return 'address-invalid';
      return closed.has(`${creditor_id} ${contact_point_key}`) ? 'opted-out' : null;
    };
  }
}
