import { ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';
import { isCivilDate } from '@emdia/calendar';

/** For `@Validate`: a date of the calendar, YYYY-MM-DD. */
@ValidatorConstraint({ name: 'isCivilDate' })
export class IsCivilDate implements ValidatorConstraintInterface {
  validate = isCivilDate;
  defaultMessage = () => '$property must be a date that exists, YYYY-MM-DD';
}
