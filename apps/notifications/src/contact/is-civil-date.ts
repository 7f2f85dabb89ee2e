import { isCivilDate } from '@emdia/calendar';
import { ValidateBy } from 'class-validator';

/** A date that exists, as YYYY-MM-DD. */
export const IsCivilDate = (): PropertyDecorator =>
  ValidateBy({ name: 'isCivilDate', validator: { validate: (value: unknown) => isCivilDate(value), defaultMessage: () => '$property must be a date that exists, as YYYY-MM-DD' } });
