import type { Contract } from '@emdia/contracts';
import type { SchemaObject } from '@nestjs/swagger/dist/interfaces/open-api-spec.interface';

/** The JSON Schema of a contract's data for @ApiBody, so that REST and stream are documented from one definition. */
export const schemaOf = (contract: Contract, without: readonly string[] = []): SchemaObject => {
  const { properties, required, ...rest } = JSON.parse(JSON.stringify(contract.data)) as { properties: Record<string, unknown>; required?: string[] };
  const kept = Object.fromEntries(Object.entries(properties).filter(([name]) => !without.includes(name)));
  return { ...rest, properties: kept, required: (required ?? []).filter((name) => !without.includes(name)) } as SchemaObject;
};
