import type { OperationHandlers } from './context';
import { accountConnectionHandlers } from './accountConnections';
import { actionHandlers } from './actions';
import { agentHandlers } from './agents';
import { callHandlers } from './calls';
import { numberHandlers } from './numbers';
import { promptHandlers } from './prompts';
import { voiceHandlers } from './voices';
import { webhookHandlers } from './webhooks';

/** All operations of the API, by operation id. */
export const operations: OperationHandlers = {
	...accountConnectionHandlers,
	...actionHandlers,
	...agentHandlers,
	...callHandlers,
	...numberHandlers,
	...promptHandlers,
	...voiceHandlers,
	...webhookHandlers,
};
