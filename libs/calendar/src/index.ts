export { addDays, type CivilDate, daysBetween, isCivilDate, weekday } from './civil-date';
export { instantAt, localDate, localTime, zoneOfState } from './local-time';
export * from './holiday-rules';
export { easterSunday, type Holiday, holidays, isHoliday } from './holidays';
export { addBusinessDays, type BusinessCalendar, businessDaysBetween, isBusinessDay, isWeekday, nextBusinessDay, previousBusinessDay } from './business-days';
export * from './contact-hours';
