import type { Tx } from '@emdia/database';
import { cursorOf, type CustomerPage, IsCustomerId, paged, problem } from '@emdia/runtime';
import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsUUID } from 'class-validator';
import { v7 } from 'uuid';
import { type Kind, type Owned, read, type Things } from './negotiation/rows';

/** What every command names: whose debts, and which. */
export class Debts {
  @IsCustomerId()
  customer_id!: string;

  @ApiProperty({ type: 'array', items: { type: 'string', format: 'uuid' }, minItems: 1, maxItems: 200, uniqueItems: true })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  receivable_ids!: string[];
}

/** An id that sorts by the business time it was given at, so that lists need no other order. */
export const newId = (now: Date): string => v7({ msecs: now.getTime() });

/** A page of promises, agreements or disputes of the transaction's creditor, newest first. */
export async function readPage<K extends Kind, V>(tx: Tx, kind: K, creditorId: string, query: CustomerPage, view: (customer_id: string, thing: Owned<Things[K]>) => V) {
  const after = cursorOf(query, 'uuid')?.[0];
  const values: unknown[] = [creditorId];
  const conditions = ['creditor_id = $1'];
  if (query.customer_id !== undefined) conditions.push(`customer_id = $${values.push(query.customer_id)}`);
  if (after !== undefined) conditions.push(`${kind}_id < $${values.push(after)}::uuid`);
  const rows = await read(tx, kind, { where: conditions.join(' and '), tail: `order by ${kind}_id desc limit $${values.push(query.limit + 1)}`, values });
  const { items, next_cursor } = paged(rows, query.limit, (row) => [(row as unknown as Record<string, string>)[`${kind}_id`]!]);
  return { items: items.map((row) => view(row.customer_id, row)), next_cursor };
}

/** One promise, agreement or dispute of the transaction's creditor; a 404 problem where there is none. */
export async function readOne<K extends Kind>(tx: Tx, kind: K, creditorId: string, id: string): Promise<Owned<Things[K]>> {
  const [row] = await read(tx, kind, { where: `creditor_id = $1 and ${kind}_id = $2`, values: [creditorId, id] });
  if (!row) throw problem(404, `${kind}-unknown`, `There is no such ${kind}`, `Check the id; ${kind}s of other creditors are not shown.`);
  return row;
}
