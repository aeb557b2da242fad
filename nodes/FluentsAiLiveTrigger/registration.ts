import type { Activation } from '../triggers/activation';
import type { Departure, Registrar, Registration } from '../triggers/lifeCycle';
import { externalAction } from './action/registration';
import { callerLookup } from './callerLookup/registration';
import { readLiveParameters, type LiveParameters } from './parameters';

const registrars: Record<LiveParameters['requestType'], Registrar> = {
	action: externalAction,
	callerLookup,
};

/** The trigger is registered as what its Request Type asks for. */
export async function prepare(activation: Activation): Promise<Registration> {
	// All of them: what only a question needs must not be wrong when the first one comes.
	const { requestType } = readLiveParameters(activation.from);
	return await registrars[requestType].prepare(activation);
}

/** The request type may have been another one when it was registered. */
export async function leave(activation: Activation): Promise<Departure> {
	const [lookup, action] = await Promise.all([
		callerLookup.leave(activation),
		externalAction.leave(activation),
	]);
	return {
		...lookup,
		...action,
		secrets: [...lookup.secrets, ...action.secrets],
		async complete() {
			await lookup.complete();
			await action.complete();
		},
	};
}
