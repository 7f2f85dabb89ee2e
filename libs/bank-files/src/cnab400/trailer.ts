import type { BankFile } from '../bank-file';
import { type Range, slice, text, whole } from '../cnab/fields';
import { type Findings, reais } from '../cnab/findings';
import type { Sum, Tally } from '../cnab/tally';
import type { Line } from '../decode';
import type { Layout400, Total } from './layouts';

const TRAILER_BANK: Range = [5, 7];
const BODY: Range = [5, 394];

/** Compares one total with what the rows it is over come to, and adds what the trailer says to `told`. */
function checkTotal({ number, text: line }: Line, total: Total, { rows, has_settled, title_cents: face, gross_cents }: Sum, told: BankFile['trailer'], findings: Findings): void {
  const which = total.of === 'all' ? 'all rows' : `rows with code ${total.of.join(' or ')}`;
  const count = whole(line, total.count);
  if (total.count) told[total.count_name] = count;
  if (count !== null && count !== rows) findings.add('warning', number, `the trailer counts ${count} ${which}, the file has ${rows}`);

  const money = total.of === 'all' || has_settled;
  const sums = total.sums === 'title' ? [face] : [face, gross_cents];
  for (const [i, range] of (total.cents ?? []).entries()) {
    const cents = whole(line, range);
    if (i === 0) told[total.cents_name] = cents;
    // Some banks write the number of entries and leave their value at zero; over payments a zero is a difference.
    if (cents === null || sums.includes(cents) || (cents === 0 && !money)) continue;
    findings.add('needs_confirmation', number,
      `the trailer totals ${reais(cents)} over ${which}, which sum to ${reais(face)}: a difference of ${reais(cents - face)}`);
  }
}

/** Reads the trailer and checks it for what this bank totals (`tally` has a sum for each); every difference goes to `findings`. */
export function checkTrailer(line: Line, layout: Layout400, bank: string, tally: Tally, findings: Findings): BankFile['trailer'] {
  const told: BankFile['trailer'] = {};
  const named = slice(line.text, TRAILER_BANK);
  if (/^\d{3}$/.test(named) && named !== '000' && named !== bank)
    findings.add('needs_confirmation', line.number, `the trailer names bank ${named}, the header bank ${bank}`);
  for (const [name, range] of Object.entries(layout.told ?? {})) told[name] = text(line.text, range);
  if (layout.totals.length === 0) return told;
  if (/^[0\s]*$/.test(slice(line.text, BODY))) {
    findings.add(tally.totals.settled_rows > 0 ? 'needs_confirmation' : 'warning', line.number, 'the trailer is empty, though this bank keeps totals in it');
    return told;
  }
  for (const [i, total] of layout.totals.entries()) checkTotal(line, total, tally.sums[i]!, told, findings);
  return told;
}
