import type { IHookFunctions } from 'n8n-workflow';

import { isRegistered, register, unregister, type Registrar } from './lifeCycle';

/** The methods by which n8n registers a trigger when a workflow is published or tested, and removes it afterwards. */
export function webhookMethodsOf(registrar: Registrar) {
	return {
		async checkExists(this: IHookFunctions): Promise<boolean> {
			return await isRegistered(this, registrar);
		},

		async create(this: IHookFunctions): Promise<boolean> {
			return await register(this, registrar);
		},

		async delete(this: IHookFunctions): Promise<boolean> {
			return await unregister(this, registrar);
		},
	};
}
