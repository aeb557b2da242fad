import { lifeCycleOf, type Activation, type Registrar } from '../triggers/lifeCycle';
import { externalAction } from './action/registration';
import { callerLookup } from './callerLookup/registration';
import { readRequestType } from './parameters';

const registrars: Record<ReturnType<typeof readRequestType>, Registrar> = {
	action: externalAction,
	callerLookup,
};

/** The trigger is registered as what its Request Type asks for. */
export const lifeCycle = lifeCycleOf({
	async prepare(activation: Activation) {
		return await registrars[readRequestType(activation.context)].prepare(activation);
	},

	/** The request type may have been another one when it was registered. */
	async remove(place) {
		await callerLookup.remove(place);
		await externalAction.remove(place);
	},
});
