import type { IDataObject } from 'n8n-workflow';

import type { Collection } from './collection';

export const actions: Collection = {
	one: 'action',
	many: 'actions',
	path: '/actions',
	shape: {
		references: [],
		hasSecrets: true,
		flatten({ config, action_trigger: trigger }) {
			const { phone_number: digits, name, url } = (config ?? {}) as IDataObject;
			const { type, config: triggerConfig } = (trigger ?? {}) as IDataObject;
			const { phrase_triggers: phrases } = (triggerConfig ?? {}) as IDataObject;
			return {
				trigger_type: type,
				trigger_phrases: Array.isArray(phrases)
					? (phrases as IDataObject[]).map(({ phrase }) => phrase)
					: [],
				// As everywhere else, so that it can be used as input again.
				phone_number: typeof digits === 'string' ? digits.replace(/^(?=\d)/, '+') : null,
				name,
				url,
			} as IDataObject;
		},
		simple: {
			id: 'string',
			label: 'string',
			description: 'string',
			type: 'string',
			trigger_type: 'string',
			trigger_phrases: 'array',
			phone_number: 'string',
			name: 'string',
			url: 'string',
		},
	},
};
