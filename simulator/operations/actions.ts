import { randomBytes } from 'node:crypto';

import { invalidField } from '../errors';
import { renderAction } from '../render';
import { actionShape } from '../shapes';
import { crud, type Fields, type Resource } from './crud';

export const actions: Resource = {
	collection: 'actions',
	singular: 'Action',
	plural: 'Actions',
	shape: actionShape,
	mainFields: ['type', 'config'],
	render: renderAction,
	read: ({ switches }, fields, existing) => {
		const type = fields.type ?? existing?.type;
		if (type !== 'action_external' || fields.config === undefined) return fields;
		const config = fields.config as Fields;
		const expected = switches.speakOn === 'text' ? 'string' : 'boolean';
		for (const name of ['speak_on_send', 'speak_on_receive']) {
			if (config[name] !== undefined && typeof config[name] !== expected) {
				throw invalidField(`config.${name}`, `must be a ${expected}`);
			}
		}
		// The server makes the secret; it lives as long as the action does.
		const known = (existing?.config as Fields | undefined)?.signature_secret;
		const signature_secret = known ?? randomBytes(32).toString('base64');
		return { ...fields, config: { processing_mode: 'muted', ...config, signature_secret } };
	},
	remove: (environment, id) => {
		for (const agent of environment.agents.values()) {
			agent.actions = (agent.actions as string[]).filter((action) => action !== id);
		}
	},
};

export const actionHandlers = crud(actions);
