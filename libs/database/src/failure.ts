/** What went wrong in a statement: `constraint` is the row's fault, `outage` heals by waiting, `defect` is ours. */
export type Failure = 'constraint' | 'outage' | 'defect';

const OUTAGE_CLASSES = new Set(['08', '25', '40', '53', '55', '57', '58']);
const DATA_CLASSES = new Set(['22', '23']);

/**
 * Sorts an error by its SQLSTATE class: 22 and 23 (data, integrity) are constraints; connection, transaction state
 * and time-out, rollback, resources, lock and system are outages, as is whatever came from the socket without a code.
 */
export function failureOf(error: unknown): Failure {
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) {
    if (DATA_CLASSES.has(code.slice(0, 2))) return 'constraint';
    return OUTAGE_CLASSES.has(code.slice(0, 2)) ? 'outage' : 'defect';
  }
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return 'outage';
  const message = error instanceof Error ? error.message : '';
  return /connection (terminated|error|ended)|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/i.test(message)
    ? 'outage'
    : 'defect';
}

/** A transaction cut by transaction_timeout: worth trying again with half as much. */
export const wasCut = (error: unknown): boolean => (error as { code?: unknown }).code === '25P04';
