import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { OperationObject, ResponseObject } from '@nestjs/swagger/dist/interfaces/open-api-spec.interface';
import { contracts } from '@emdia/contracts';
import { Type } from '@sinclair/typebox';
import { referredTypes, schemaObject } from './schema';

const Problem = Type.Object(
  {
    type: Type.String({ pattern: '^urn:emdia:problem:[a-z0-9_-]+$', description: 'Stable: programs may rely on it.' }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'What to do about it.' }),
    instance: Type.String({ description: 'Tells operations which request it was.' }),
    errors: Type.Optional(Type.Array(Type.Object({ field: Type.String(), rule: Type.String() }), { description: 'The fields that are wrong.' })),
  },
  { additionalProperties: true, description: 'RFC 9457 problem details.' },
);

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;
const problemResponse = (description: string): ResponseObject => ({ description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } });

/** The problems that an operation may answer with, by what it is; the slugs in `type` tell them apart. */
function problemsOf({ security = [], parameters = [] }: OperationObject, changes: boolean): Record<string, ResponseObject> {
  const isOfPath = (parameter: object) => 'in' in parameter && parameter.in === 'path';
  const told: Record<string, string | false> = {
    400: 'The request is not valid.',
    401: security.length > 0 && 'No key, or an unknown one.',
    403: security.length > 0 && 'The key may not do this.',
    404: (changes || parameters.some(isOfPath)) && 'There is no such thing, or it is not yours.',
    409: changes && 'The rules do not allow this now.',
    413: changes && 'The body is too large.',
    415: changes && 'The body is of a media type that is not read here.',
    422: changes && 'Understood, and yet it cannot be taken; or the Idempotency-Key was used for another request.',
    503: 'Not available just now; try again.',
  };
  return Object.fromEntries(Object.entries(told).flatMap(([status, description]) => (description ? [[status, problemResponse(description)]] : [])));
}

/** The OpenAPI document of a service: every operation with its problems, every contract referred to whole. */
export function documentOf(nest: INestApplication, name: string): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setTitle(`Emdia ${name}`)
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'API key of a creditor, or an installation-wide one.' }, 'api-key')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'The credential of the services themselves; no API key will do.' }, 'service')
    .build();
  const operationIdFactory = (controller: string, method: string) => `${controller.charAt(0).toLowerCase()}${controller.slice(1).replace(/Controller$/, '')}.${method}`;
  const document = SwaggerModule.createDocument(nest, settings, { operationIdFactory });
  for (const path of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = path[method];
      if (operation) operation.responses = { ...problemsOf(operation, method !== 'get'), ...operation.responses };
    }
  }
  const schemas = Object.fromEntries(referredTypes(document).map((type) => [type, schemaObject(contracts.get(type)!.data)]));
  document.components = { ...document.components, schemas: { ...document.components?.schemas, ...schemas, Problem: schemaObject(Problem) } };
  return document;
}
