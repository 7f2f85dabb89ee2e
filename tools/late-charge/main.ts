import { lateCharges } from '@emdia/money';
import { BadArguments, questionOf, USAGE } from './arguments';
import { reasoning } from './reasoning';

/** What the command prints for its arguments, and its exit code: 64 (EX_USAGE) where they are wrong. */
export function answer(args: readonly string[]): { code: number; out?: string; err?: string } {
  try {
    const question = questionOf(args);
    if (question === null) return { code: 0, out: USAGE };
    const charges = lateCharges(question);
    const { fine_cents, interest_cents, total_cents, days_late: days } = charges;
    return { code: 0, out: question.json ? JSON.stringify({ fine_cents, interest_cents, total_cents, days }) : reasoning(question, charges).join('\n') };
  } catch (error) {
    if (!(error instanceof BadArguments || error instanceof RangeError)) throw error;
    return { code: 64, err: `${error.message}\n\n${USAGE}` };
  }
}

if (require.main === module) {
  const { code, out, err } = answer(process.argv.slice(2));
  if (out !== undefined) console.log(out);
  if (err !== undefined) console.error(err);
  process.exitCode = code;
}
