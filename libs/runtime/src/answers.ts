import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { Type, type TObject, type TSchema, type TUnion, type TNull } from '@sinclair/typebox';
import { schemaObject } from './schema';

/** The status of a handler's answer and the schema of its body; null where it has none. */
export const Answers = (schema: TSchema | null, description: string, status = 200): MethodDecorator =>
  applyDecorators(HttpCode(status), ApiResponse({ status, description, ...(schema ? { schema: schemaObject(schema) } : {}) }));

export const orNull = <T extends TSchema>(schema: T): TUnion<[T, TNull]> => Type.Union([schema, Type.Null()]);

/** A page of things, as `paged` makes it. */
export const pageOf = (thing: TSchema): TObject => Type.Object({ items: Type.Array(thing), next_cursor: orNull(Type.String({ description: 'Null on the last page' })) }, { additionalProperties: false });
