import { start } from '@emdia/runtime';
import { billingIngestion } from './index';
void start([billingIngestion]);
