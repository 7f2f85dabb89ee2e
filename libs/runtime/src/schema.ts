import type { Contract } from '@emdia/contracts';
import type { ReferenceObject, SchemaObject } from '@nestjs/swagger/dist/interfaces/open-api-spec.interface';
import type { TSchema } from '@sinclair/typebox';

/** A TypeBox schema, which is JSON Schema, as OpenAPI 3.1 has it. */
export const schemaObject = (schema: TSchema): SchemaObject => JSON.parse(JSON.stringify(schema)) as SchemaObject;

const AT = '#/components/schemas/';

/** Refers to a contract's data for @ApiBody, so that REST and stream are documented from one definition. */
export const schemaOf = ({ type }: Contract): ReferenceObject => ({ $ref: AT + type });

/** The types of contracts that a document refers to. */
export const referredTypes = (document: unknown): string[] => [...new Set([...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([a-z.-]+\.v\d+)"/g)].map(([, type]) => type!))];
