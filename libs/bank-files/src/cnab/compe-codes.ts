/**
 * COMPE codes of Brazil, three digits, single or as ranges: those of the central bank's STR list and the clearing house's, as of
 * 2026-08-22 (read in guibranco/BancosBrasileiros at bdff719f84e2), and four of banks that were taken over and whose files live on:
 * 151 Nossa Caixa, 353 Santander before 2007, 356 Real, 409 Unibanco.
 */
const CODES = `
  001 003-004 007 010-012 014-018 021 023-025 029 033 036-037 040-041 047 060 062-066 069-070 074-085 088-089 091-102 104-105 107-108 111
  113-114 117 119-122 124-134 136 138-146 149 151 157 159 163 173-174 177 180 183-184 188-191 194-197 208 212-213 217-218 222 224 233 237 241
  243 246 249-250 253-254 259-260 265-266 268-274 276 278-281 283 285-286 288-290 292-293 296 298-301 305-307 309-313 315 318-326 328-332
  334-336 340-343 348-350 352-356 358-360 362-368 370-371 373-374 376-387 389-391 393-404 406-416 418-419 421-423 425-430 433 435 438-440
  442-445 447-452 454-465 467-471 473 475-479 481-482 484 487-488 492 495-496 505-514 516-569 571-600 604 610-615 619-620 623 626 630 632-634
  636-637 643-644 646 651-655 659-665 667-701 703-704 707-708 712 714 719-720 739 741 743 745-748 751-757 759-775 780-781 783 785-795
`;

const known = new Set<string>();
for (const range of CODES.trim().split(/\s+/)) {
  const [first = '', last = first] = range.split('-');
  for (let code = Number(first); code <= Number(last); code++) known.add(String(code).padStart(3, '0'));
}

/** Whether three digits are the COMPE code of a Brazilian bank; `000` and `999` are not. */
export const isCompeCode = (code: string): boolean => known.has(code);
