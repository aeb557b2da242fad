import type { IHookFunctions } from 'n8n-workflow';

import { operationError } from '../shared/api/errors';
import { keyHashOf } from '../shared/api/limiter';
import { foreignText } from '../shared/foreignText';
import { Memory } from '../shared/memory';
import { isSecret } from './address';
import { leaveBehindOption, optionsOf } from './fields';
import type { Activation, TriggerData } from './activation';

/**
 * Triggers that this process could not remove, because their credential was for another environment then.
 * A test in the editor gets nothing of what n8n has stored, and has to know it all the same.
 */
export class LeftBehind {
	private static readonly triggers = new Memory<TriggerData>(1000, 24 * 60 * 60_000);

	static note({ context, stored }: Activation): void {
		LeftBehind.triggers.set(keyOf(context), { ...stored });
	}

	static of(context: IHookFunctions): TriggerData | undefined {
		return LeftBehind.triggers.get(keyOf(context));
	}

	static forget(context: IHookFunctions): void {
		LeftBehind.triggers.delete(keyOf(context));
	}
}

function keyOf(context: IHookFunctions): string {
	return `${context.getWorkflow().id} ${context.getNode().id}`;
}

/**
 * Checks, before anything is changed, that the trigger is not registered in another environment, whose key
 * the credential had before: from there, nobody would take it away. A new key of the same environment is
 * told by the secret that n8n has stored the hash of, which stands in an address there.
 *
 * @param secrets in the addresses of what was found with the present key.
 * @throws NodeOperationError that names the environment, and keeps what is stored.
 */
export function requireSameEnvironment(activation: Activation, secrets: unknown[]): void {
	const { context, from, api, stored, isTest } = activation;
	const known = isTest ? LeftBehind.of(context) : stored;
	if (known?.keyHash === undefined || known.keyHash === keyHashOf(api.credential)) return;
	if (secrets.some((secret) => isSecret(secret, known.secretHash))) return;
	if (optionsOf(from).boolean(leaveBehindOption)) return;
	if (!isTest) LeftBehind.note(activation);
	const name = foreignText(known.environment);
	throw operationError(
		context.getNode(),
		`This trigger is still registered in the Fluents.ai environment '${name}', and its credential is for another one now`,
		{
			description: `Choose the credential of '${name}', then publish and unpublish the workflow once. Or turn on the option '${leaveBehindOption.displayName}', and delete in Fluents.ai what is left there.`,
		},
	);
}

/** What is stored of the environment in which a trigger is registered. */
export function environmentData({ api }: Pick<Activation, 'api'>): TriggerData {
	const { credential } = api;
	return { environment: credential.environment, keyHash: keyHashOf(credential) };
}
