/** What went wrong in a statement: `constraint` is the row's fault, `outage` heals by waiting, `defect` is ours. */
export type Failure = 'constraint' | 'outage' | 'defect';

const OUTAGE_CLASSES = new Set(['08', '25', '40', '53', '55', '57', '58']);
const DATA_CLASSES = new Set(['22', '23', '54']);

/**
 * Sorts an error by its SQLSTATE class: 22, 23 and 54 (data, integrity, too large to index) are constraints; connection,
 * transaction state and time-out, rollback, resources, lock and system are outages, as is whatever came from the socket.
 */
export function failureOf(error: unknown): Failure {
  const { code } = error as { code?: unknown };
  // ERR_* are Node's own, for wrong arguments.
  if (typeof code === 'string' && /^E(?!RR_)[A-Z_]+$/.test(code)) return 'outage';
  const state = sqlStateOf(error);
  if (state !== null) {
    if (DATA_CLASSES.has(state.slice(0, 2))) return 'constraint';
    return OUTAGE_CLASSES.has(state.slice(0, 2)) ? 'outage' : 'defect';
  }
  const message = error instanceof Error ? error.message : '';
  return /connection (terminated|error|ended)|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/i.test(message)
    ? 'outage'
    : 'defect';
}

/** The SQLSTATE of a Postgres error; null for any other. */
export function sqlStateOf(error: unknown): string | null {
  const { code } = error as { code?: unknown };
  // EPIPE is of the form, but every state has a digit.
  return typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** The SQLSTATE of a transaction cut by transaction_timeout. */
export const CUT = '25P04';

/** A transaction cut by transaction_timeout: worth trying again with half as much. */
export const wasCut = (error: unknown): boolean => (error as { code?: unknown }).code === CUT;
