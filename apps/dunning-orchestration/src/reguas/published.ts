import type { Tx } from '@emdia/database';
import { defaultPolicy, HOUSE_REGUAS, ladderOf, versionOf, type Policy } from '@emdia/regua';
import { problem } from '@emdia/runtime';

/** The réguas that one creditor published. */
export interface Published {
  /** Every version, retired or not: whoever follows one keeps it. */
  readonly byVersion: ReadonlyMap<string, Policy>;
  /** What a case may open with: of each name the newest version, unless that is retired. */
  readonly active: readonly Policy[];
}

interface Row extends Record<string, unknown> {
  readonly creditor_id: string;
  readonly regua: string;
  readonly version: number;
  readonly is_retired: boolean;
}

const VERSIONS = 'select creditor_id, regua, version, retired_at is not null as is_retired from regua_document where creditor_id = any($1) order by creditor_id, regua, version';
const DOCUMENTS = `select d.creditor_id, d.regua, d.version, d.document from regua_document d
  join unnest($1::text[], $2::text[], $3::int[]) as r (creditor_id, regua, version) using (creditor_id, regua, version)`;

const keyOf = ({ creditor_id, ...of }: Pick<Row, 'creditor_id' | 'regua' | 'version'>): string => `${creditor_id}/${versionOf(of)}`;

/** Reads what creditors published; a version never changes, so each is made ready to decide by once per process. */
export class PublishedReguas {
  private readonly policies = new Map<string, Policy>();

  /** By creditor; those that published nothing are left out. */
  async of(tx: Tx, creditors: readonly string[]): Promise<ReadonlyMap<string, Published>> {
    const rows = await tx.query<Row>(VERSIONS, [creditors]);
    await this.make(tx, rows.filter((row) => !this.policies.has(keyOf(row))));
    const found = new Map<string, { byVersion: Map<string, Policy>; active: Map<string, Policy | null> }>();
    for (const row of rows) {
      const policy = this.policies.get(keyOf(row))!;
      let of = found.get(row.creditor_id);
      if (!of) found.set(row.creditor_id, (of = { byVersion: new Map(), active: new Map() }));
      of.byVersion.set(policy.version, policy);
      of.active.set(row.regua, row.is_retired ? null : policy);
    }
    return new Map([...found].map(([creditor, { byVersion, active }]) => [creditor, { byVersion, active: [...active.values()].filter((policy) => policy !== null) }]));
  }

  private async make(tx: Tx, rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    const documents = await tx.query<Row & { document: Policy['document'] }>(DOCUMENTS, [rows.map((row) => row.creditor_id), rows.map((row) => row.regua), rows.map((row) => row.version)]);
    // Linted when it was published. A lint that has learnt more since then must not stop the cases that follow it.
    for (const row of documents) this.policies.set(keyOf(row), ladderOf(row.document));
  }
}

/** The version of a name that cases open with now, the creditor's own before the house's; a 404 problem where there is none. */
export function current(own: Published | undefined, name: string): { owner: 'house' | 'creditor'; policy: Policy } {
  const mine = own?.active.find(({ document }) => document.regua === name);
  if (mine) return { owner: 'creditor', policy: mine };
  const house = HOUSE_REGUAS.find((each) => each === name);
  if (!house) throw problem(404, 'not-found', 'No such régua', `Publish it by POST /v1/reguas, or use one of the house: ${HOUSE_REGUAS.join(', ')}.`);
  return { owner: 'house', policy: defaultPolicy(house) };
}
