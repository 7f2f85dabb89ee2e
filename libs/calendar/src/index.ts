export { addDays, type CivilDate, daysBetween, isCivilDate, weekday, WEEKDAYS, type Weekday } from './civil-date';
export { instantAt, localDate, localTime, zoneOf } from './local-time';
export * from './holiday-rules';
export * from './places';
export { municipalHolidayRules } from './municipal-holidays';
export { easterSunday, type Holiday, holidays, isHoliday } from './holidays';
export { addBusinessDays, type BusinessCalendar, businessDaysBetween, isBusinessDay, isWeekday, nextBusinessDay, previousBusinessDay } from './business-days';
export * from './contact-hours';
