import { start } from '@emdia/runtime';
import { paymentReconciliation } from './index';

void start([paymentReconciliation]);
