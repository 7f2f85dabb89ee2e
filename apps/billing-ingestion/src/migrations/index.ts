import { CreateBilling1700000000101 } from './1-create-billing';
import { LeanBooks1700000002200 } from './2-lean-books';

/** The schema of this service, in order. */
export const migrations = [CreateBilling1700000000101, LeanBooks1700000002200];
