/** Where a value stands among those that replace each other; `event_id` breaks ties. */
export interface Rank {
  readonly source_version: number | null;
  readonly occurred_at: string | null;
  readonly event_id: string;
}

export type Order = 'newer' | 'older' | 'equal' | 'unordered';

/** How `a` stands to `b`: by source version where both have one, else by occurrence where both have one. */
export function order(a: Rank, b: Rank): Order {
  if (a.source_version !== null && b.source_version !== null) return sign(a.source_version - b.source_version);
  if (a.occurred_at !== null && b.occurred_at !== null) return sign(Date.parse(a.occurred_at) - Date.parse(b.occurred_at));
  return 'unordered';
}

const sign = (difference: number): Order => (difference > 0 ? 'newer' : difference < 0 ? 'older' : 'equal');

/** Whether what arrives replaces what is there: the higher wins, a tie goes to the higher event id, the unordered to who came last. */
export function replaces(arriving: Rank, present: Rank, found: Order = order(arriving, present)): boolean {
  return found === 'newer' || found === 'unordered' || (found === 'equal' && arriving.event_id > present.event_id);
}

/** The rank that an upstream body gives itself. */
export const rankOf = (data: { source_version?: number; occurred_at?: string }, event_id: string): Rank => ({
  source_version: data.source_version ?? null,
  occurred_at: data.occurred_at ?? null,
  event_id,
});
