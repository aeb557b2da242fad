import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { SentField } from './body';
import { toTrimmedText, toUrl } from '../../shared/parameters/convert';

/** Fields that objects of several resources have. */

export const labelField: SentField<'label'> = {
	api: 'label',
	property: {
		displayName: 'Label',
		name: 'label',
		type: 'string',
		default: '',
		placeholder: 'e.g. Reception',
		description: 'What lists show, e.g. Reception',
	},
};

export const descriptionField: SentField<'description'> = {
	api: 'description',
	property: {
		displayName: 'Description',
		name: 'description',
		type: 'string',
		default: '',
		placeholder: 'e.g. For calls outside of business hours',
		description: 'Notes for its maintainers',
	},
};

export const telephonyProviderField: SentField<'telephony_provider'> = {
	api: 'telephony_provider',
	property: {
		displayName: 'Telephony Provider',
		name: 'telephonyProvider',
		type: 'string',
		default: '',
		placeholder: 'e.g. twilio',
		description: 'Name of the provider that connects the calls',
	},
	toApi: toTrimmedText,
};

export const contextEndpointField: SentField<'context_endpoint'> = {
	api: 'context_endpoint',
	property: {
		displayName: 'Context Endpoint',
		name: 'contextEndpoint',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://example.com/who-is-calling',
		description: 'URL that returns the context variables for a caller, e.g. of a Live Trigger',
	},
	toApi: toUrl,
};

/** The choice of a type that is not in the list; no value of the API. */
export const OTHER_TYPE = 'other';

/**
 * The type of an object, chosen from those known or typed in, since there may be more.
 *
 * @param placeholder for a type that is typed in.
 */
export function typeFields(
	{
		options,
		default: usual,
		description,
	}: Pick<INodeProperties, 'options' | 'default' | 'description'>,
	placeholder: string,
): Array<SentField<'type'>> {
	return [
		{
			api: 'type',
			property: {
				displayName: 'Type',
				name: 'type',
				type: 'options',
				required: true,
				options,
				default: usual,
				description,
			},
			toApi: (type) => (type === OTHER_TYPE ? undefined : type),
		},
		{
			api: 'type',
			property: {
				displayName: 'Other Type',
				name: 'otherType',
				type: 'string',
				default: '',
				required: true,
				placeholder,
				description: `Name of the type in Fluents.ai, ${placeholder}`,
				...ofType(OTHER_TYPE),
			},
		},
	];
}

/** Limits a property to objects of these types. */
export function ofType(...types: string[]): Pick<INodeProperties, 'displayOptions'> {
	return { displayOptions: { show: { type: types } } };
}

/** The name of a type as users know it; of an unknown one, the API's value. */
export function typeName(types: INodePropertyOptions[], type: unknown): unknown {
	return types.find(({ value }) => value === type)?.name ?? type;
}
