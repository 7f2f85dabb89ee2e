import { ApiProperty } from '@nestjs/swagger';
import { isObject, ValidateBy } from 'class-validator';

/** How a body carries a régua. */
export const told = {
  oneOf: [{ type: 'object', additionalProperties: true }, { type: 'string' }],
  description: 'The régua as an object, or as text in YAML or JSON; of a text each fault is told with its line.',
};

export const IsDocument = (): PropertyDecorator =>
  ValidateBy({ name: 'isDocument', validator: { validate: (value) => typeof value === 'string' || isObject(value), defaultMessage: () => '$property must be an object or a text' } });

export class DocumentBody {
  @ApiProperty(told)
  @IsDocument()
  document!: unknown;
}
