import { Kind, type TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

type Copy = (value: unknown) => unknown;
type Fields = Record<string, unknown>;

const cleaners = new WeakMap<TSchema, Copy>();
const same: Copy = (value) => value;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A copy of data that fits its schema: fields that the schema does not name are left out, and the rest stand in order of
 * their names, so that equal content has equal JSON. Compiled once per schema: TypeBox's own walks it at every call,
 * and needs a clone besides.
 */
export function clean<T>(schema: TSchema, data: T): T {
  let copy = cleaners.get(schema);
  if (!copy) cleaners.set(schema, (copy = compiled(schema)));
  return copy(data) as T;
}

function compiled(schema: TSchema): Copy {
  if (schema[Kind] === 'Object') return ofObject(Object.entries(schema.properties as Record<string, TSchema>).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (schema[Kind] === 'Array') return ofArray(compiled(schema.items as TSchema));
  if (isScalar(schema)) return same;
  return (value) => ordered(Value.Clean(schema, structuredClone(value)));
}

const isScalar = (schema: TSchema): boolean =>
  ['String', 'Integer', 'Number', 'Boolean', 'Literal', 'Null'].includes(schema[Kind] as string) || (schema[Kind] === 'Union' && (schema.anyOf as TSchema[]).every(isScalar));

function ofObject(properties: readonly [string, TSchema][]): Copy {
  const fields = properties.map(([name, schema]) => ({ name, copy: compiled(schema) }));
  return (value) => {
    if (!isFields(value)) return value;
    const copied: Fields = {};
    for (const { name, copy } of fields) {
      const found = Object.hasOwn(value, name) ? value[name] : undefined;
      if (found !== undefined) copied[name] = copy === same ? found : copy(found);
    }
    return copied;
  };
}

const ofArray = (copy: Copy): Copy => (value) => (Array.isArray(value) ? value.map(copy) : value);

/** The same value with the fields of every object in order of their names. */
export function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  return isFields(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, ordered(inner)])) : value;
}
