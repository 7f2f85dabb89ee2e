import { applyDecorators, type Type } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { isCivilDate } from '@emdia/calendar';
import { Cents, CreditorId, CustomerId } from '@emdia/contracts';
import { Type as TypeOf } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsInt, IsObject, Matches, Max, Min, ValidateBy, ValidateIf, ValidateNested } from 'class-validator';

/** What a field says of itself in the documentation; `optional` ones may be left out. */
type Told = ApiPropertyOptions & { readonly optional?: boolean };

/** A field that may be left out; null is not leaving it out. */
export const MayLack = (told: ApiPropertyOptions = {}): PropertyDecorator => applyDecorators(ApiPropertyOptional(told), ValidateIf((_, value: unknown) => value !== undefined));

const field = ({ optional = false, ...told }: Told, ...checks: PropertyDecorator[]): PropertyDecorator =>
  applyDecorators(optional ? MayLack(told as ApiPropertyOptions) : ApiProperty(told as ApiPropertyOptions), ...checks);

/** The creditor's own id of a customer, documented and checked. */
export const IsCustomerId = (told: Told = {}): PropertyDecorator =>
  field({ type: String, pattern: CustomerId.pattern!, description: CustomerId.description!, example: 'aluno-17', ...told } as Told, Matches(new RegExp(CustomerId.pattern!)));

/** A tenant's id, documented and checked. */
export const IsCreditorId = (told: Told = {}): PropertyDecorator =>
  field({ type: String, pattern: CreditorId.pattern!, description: CreditorId.description!, example: 'boa-forma', ...told } as Told, Matches(new RegExp(CreditorId.pattern!)));

/** A civil date that exists, documented and checked. */
export const IsCivilDate = (told: Told = {}): PropertyDecorator =>
  field(
    { type: String, format: 'date', example: '2026-03-10', ...told } as Told,
    ValidateBy({ name: 'isCivilDate', validator: { validate: isCivilDate, defaultMessage: () => '$property must be a date that exists, YYYY-MM-DD' } }),
  );

/** Integer cents, from `minimum` (1 unless told otherwise), documented and checked. */
export const IsCents = ({ minimum = 1, ...told }: Told & { minimum?: number } = {}): PropertyDecorator =>
  field({ type: 'integer', minimum, maximum: Cents.maximum!, ...told } as Told, IsInt(), Min(minimum), Max(Cents.maximum!));

/** A list of objects of one class, documented and checked one by one. */
export const IsListOf = (type: Type<unknown>, { minItems = 0, maxItems, ...told }: Told & { minItems?: number; maxItems: number }): PropertyDecorator =>
  field(
    { type: [type], minItems, maxItems, ...told } as Told,
    IsArray(), ArrayMinSize(minItems), ArrayMaxSize(maxItems),
    // Nested validation lets a list in place of an object through.
    IsObject({ each: true }),
    ValidateNested({ each: true }), TypeOf(() => type),
  );
