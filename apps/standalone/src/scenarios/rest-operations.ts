import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { House } from '@emdia/runtime';

/** JSON Schema as the documents have it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly example?: unknown;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Told {
  readonly operationId: string;
  readonly security?: readonly Record<string, unknown>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Schema }> };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Schema }> }>;
}

export interface Document {
  readonly paths: Record<string, Record<string, Told>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

/** One operation of a service, as its document tells it. */
export interface Operation extends Told {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly document: Document;
}

export const isInternal = ({ security }: Operation): boolean => security?.some((scheme) => 'service' in scheme) ?? false;
/** The media types that an operation takes; none without a body. */
export const mediaTypes = ({ requestBody }: Operation): string[] => Object.keys(requestBody?.content ?? {});
export const takesJson = (operation: Operation): boolean => mediaTypes(operation).includes('application/json');
/** Bodies that are events: the contract decides on them, item by item, and leaves room for fields to come. */
export const takesEvents = ({ method, path }: Operation): boolean => method === 'POST' && ['/v1/events', '/v1/invoices', '/v1/payments', '/v1/refunds', '/v1/customers'].includes(path);
export const bodySchema = (operation: Operation): Schema => resolved(operation.requestBody!.content['application/json']!.schema, operation.document);
export const parametersIn = ({ parameters = [] }: Operation, where: Parameter['in']): Parameter[] => parameters.filter((each) => each.in === where);
export const isPaged = ({ responses, document }: Operation): boolean => {
  const schema = responses['200']?.content?.['application/json']?.schema;
  return schema !== undefined && 'next_cursor' in (resolved(schema, document).properties ?? {});
};

export function resolved(schema: Schema, document: Document): Schema {
  if (!schema.$ref) return schema;
  const found = document.components.schemas[schema.$ref.replace('#/components/schemas/', '')];
  if (!found) throw new Error(`${schema.$ref} leads nowhere.`);
  return found;
}

export async function documents(house: House): Promise<Record<string, Document>> {
  const entries = house.applications.map(async ({ service: { name } }) => {
    const response = await fetch(`${house.url}/${name}/openapi.json`);
    return [name, (await response.json()) as Document] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

export const operationsOf = (all: Record<string, Document>): Operation[] =>
  Object.entries(all).flatMap(([service, document]) =>
    Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, told]) => ({ ...told, service, method: method.toUpperCase(), path, document }))),
  );

const ajv = addFormats(new Ajv({ strict: false, allErrors: true }));
const validators = new WeakMap<Schema, ValidateFunction>();

function validatorOf(schema: Schema, document: Document): ValidateFunction {
  let validate = validators.get(schema);
  if (!validate) validators.set(schema, (validate = ajv.compile({ ...schema, components: document.components })));
  return validate;
}

export const fits = (schema: Schema, document: Document, value: unknown): boolean => validatorOf(schema, document)(value);

/** What an answer lacks of the schema documented for its status; null when it fits. */
export function misfit({ responses, document, operationId }: Operation, status: number, body: unknown): string | null {
  const told = responses[String(status)];
  if (!told) return `${operationId} does not document ${status}`;
  const schema = Object.values(told.content ?? {})[0]?.schema;
  if (!schema) return body === undefined || body === '' ? null : `${operationId} answers ${status} with a body that it does not document`;
  const validate = validatorOf(schema, document);
  return validate(body) ? null : `${operationId} ${status}: ${ajv.errorsText(validate.errors)}`;
}
