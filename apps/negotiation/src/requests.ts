import type { TSchema } from '@sinclair/typebox';
import { CustomerId } from '@emdia/contracts';
import { isCivilDate } from '@emdia/calendar';
import type { Tx } from '@emdia/database';
import { cursorOf, Page, paged, type Principal, problem } from '@emdia/runtime';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { SchemaObject } from '@nestjs/swagger/dist/interfaces/open-api-spec.interface';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsOptional, IsUUID, isUUID, Matches, ValidateBy } from 'class-validator';
import { v7 } from 'uuid';
import { type Kind, type Owned, read, type Things } from './negotiation/rows';
import { Refusal } from './refusal';

/** What every command names: whose debts, and which. */
export class Debts {
  @ApiProperty({ description: "The creditor's own id of the customer", example: 'c-1042' })
  @Matches(new RegExp(CustomerId.pattern!))
  customer_id!: string;

  @ApiProperty({ type: [String], format: 'uuid', minItems: 1, maxItems: 200 })
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @ArrayUnique()
  @IsUUID(undefined, { each: true })
  receivable_ids!: string[];
}

/** Query of the lists: one customer's, or all; the newest first. */
export class OfCustomer extends Page {
  @ApiPropertyOptional({ description: 'Only those of this customer' })
  @IsOptional()
  @Matches(new RegExp(CustomerId.pattern!))
  customer_id?: string;
}

/** A civil date that exists, YYYY-MM-DD. */
export const IsCivilDate = () =>
  applyDecorators(ValidateBy({ name: 'isCivilDate', validator: { validate: isCivilDate, defaultMessage: () => '$property must be a date that exists, YYYY-MM-DD' } }));

/** The creditor that is acted for; a 400 problem where an installation-wide key names none. */
export function creditorOf({ creditor_id }: Principal): string {
  if (creditor_id === null) throw problem(400, 'creditor-needed', 'Which creditor is meant?', 'This key is for the whole installation: name one in the header X-Emdia-Creditor.');
  return creditor_id;
}

/** An id that sorts by the business time it was given at, so that lists need no other order. */
export const newId = (now: Date): string => v7({ msecs: now.getTime() });

/** What a change came to; a refusal becomes its problem. */
export async function answered<T>(change: Promise<T>): Promise<T> {
  try {
    return await change;
  } catch (error) {
    if (error instanceof Refusal) throw problem(error.status, error.reason, error.title, error.message, error.details);
    throw error;
  }
}

/** A view's schema as OpenAPI has it. */
export const documented = (view: TSchema): SchemaObject => JSON.parse(JSON.stringify(view)) as SchemaObject;

/** The schema of a page of views. */
export const pageOf = (view: TSchema): SchemaObject => ({
  type: 'object', required: ['items', 'next_cursor'], properties: { items: { type: 'array', items: documented(view) }, next_cursor: { type: 'string', nullable: true } },
});

/** A page of promises, agreements or disputes of the transaction's creditor, newest first. */
export async function readPage<K extends Kind, V>(tx: Tx, kind: K, creditorId: string, query: OfCustomer, view: (customer_id: string, thing: Owned<Things[K]>) => V) {
  const after = cursorOf(query)?.[0];
  if (after !== undefined && !isUUID(after)) throw problem(400, 'invalid-cursor', 'The cursor is not valid', 'Send `next_cursor` exactly as it was given.');
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
