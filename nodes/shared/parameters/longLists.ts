import type { ILoadOptionsFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { countryOptions } from '../phoneNumbers/countries';
import { zoneNames } from '../phoneNumbers/timeZones';

/** As value of a time zone: that of the number called. */
export const ZONE_OF_NUMBER = 'number';

/** The choice of a time zone; an empty value is that of the workflow. */
function zoneOptions(): INodePropertyOptions[] {
	return [
		{
			name: 'Of the Number Called',
			value: ZONE_OF_NUMBER,
			description:
				'Where the number is from. If that may be several zones, the window has to be open in all of them.',
		},
		{ name: 'Of the Workflow', value: '' },
		...[...zoneNames(), 'UTC'].map((name) => ({ name, value: name })),
	];
}

const lists = { getCountries: countryOptions, getTimeZones: zoneOptions };

type LoadOptions = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;

/** For the methods of a node. */
export const longLists = Object.fromEntries(
	Object.entries(lists).map(([name, list]): [string, LoadOptions] => [
		name,
		async () => await Promise.resolve(list()),
	]),
) as { [name in keyof typeof lists]: LoadOptions };

/**
 * The options of a field whose values do not depend on the account, but are many. n8n asks for them when
 * somebody opens the list. In the description they would be repeated for each operation: editors load it
 * at each start, and assistants read it whole.
 */
export function longList(
	loadOptionsMethod: keyof typeof lists,
): Pick<INodeProperties, 'type' | 'typeOptions'> {
	return { type: 'options', typeOptions: { loadOptionsMethod } };
}
