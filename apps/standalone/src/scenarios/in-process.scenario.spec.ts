import { stories } from './stories';

describe('the whole house in one process', () => stories('in-process'));
