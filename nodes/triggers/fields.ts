import type { INodeProperties } from 'n8n-workflow';

import type { ParameterReader } from '../shared/parameters/reader';

/** Fields that both triggers have. */

export const allowUnreachableUrlOption: INodeProperties = {
	displayName: 'Allow Unreachable URL',
	name: 'allowUnreachableUrl',
	type: 'boolean',
	default: false,
	description:
		'Whether to publish the workflow although the address of this n8n cannot be reached from outside. For tests in your own network.',
};

export const leaveBehindOption: INodeProperties = {
	displayName: 'Leave Other Environment',
	name: 'leaveBehind',
	type: 'boolean',
	default: false,
	description:
		'Whether to continue although the trigger is still registered in another Fluents.ai environment, whose key the credential held before. Delete what is left there by hand.',
};

/** The collection of options, which goes by the same name in both triggers. */
export function optionsField(options: INodeProperties[]): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options,
	};
}

export function optionsOf(from: ParameterReader): ParameterReader {
	return from.inside(optionsField([]));
}

/**
 * The parameter `ifAttached`, for what an agent has one of at most.
 *
 * @param thing as it is called in a sentence.
 */
export function ifAttachedField(displayName: string, thing: string): INodeProperties {
	return {
		displayName,
		name: 'ifAttached',
		type: 'options',
		options: [
			{
				name: 'Fail',
				value: 'fail',
				description: `The workflow is not published, and the message names the ${thing}`,
			},
			{
				name: 'Replace It',
				value: 'replace',
				description: 'The agent gets it back when the workflow is unpublished',
			},
		],
		default: 'fail',
		description: `What to do if the agent has another ${thing}, since it can have only one`,
	};
}
