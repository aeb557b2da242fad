import { randomBytes } from 'node:crypto';

import type { StoredObject } from '../model/objects';
import { invalidField } from './errors';
import { renderAction } from './render';
import { actionDefaults } from '../model/defaults';
import { checkNeeded, crud, type Fields, type Resource } from './crud';

/** Settings without which the server takes no action of a type; those of other types are not known. */
const neededSettings = new Map([
	['action_add_to_conference', ['phone_number']],
	[
		'action_external',
		['name', 'description', 'url', 'input_schema', 'speak_on_send', 'speak_on_receive'],
	],
	['action_transfer_call', ['phone_number']],
]);

const typesWithoutPhrases = ['action_dtmf', 'action_external'];

function checkAction(type: string, fields: Fields): void {
	const config = fields.config as Fields | undefined;
	checkNeeded('config', config, neededSettings.get(type));
	const trigger = fields.action_trigger as Fields | null | undefined;
	if (trigger?.type === 'action_trigger_phrase_based' && typesWithoutPhrases.includes(type)) {
		throw invalidField('action_trigger.type', `must not be phrase based for ${type}`);
	}
}

/** The settings of an external action, with what the server adds to them. */
function settingsOf(config: Fields): Fields {
	const signature_secret = config.signature_secret ?? randomBytes(32).toString('base64');
	return { processing_mode: 'muted', ...config, signature_secret };
}

/** An action that was sent along with a call, as the server keeps it. */
export function inlineAction(action: StoredObject): StoredObject {
	if (action.type !== 'action_external') return { config: {}, ...action };
	return { ...action, config: settingsOf(action.config as Fields) };
}

export const actions: Resource = {
	collection: 'actions',
	singular: 'Action',
	plural: 'Actions',
	defaults: actionDefaults,
	mainFields: ['type', 'config'],
	render: renderAction,
	read: ({ switches }, fields, existing) => {
		const type = String(fields.type ?? existing?.type);
		checkAction(type, fields);
		if (type !== 'action_external' || fields.config === undefined) return fields;
		const config = fields.config as Fields;
		const expected = switches.speakOn === 'text' ? 'string' : 'boolean';
		for (const name of ['speak_on_send', 'speak_on_receive']) {
			if (config[name] !== undefined && typeof config[name] !== expected) {
				throw invalidField(`config.${name}`, `must be a ${expected}`);
			}
		}
		// The server makes the secret; it lives as long as the action does.
		const { signature_secret } = { ...(existing?.config as Fields | undefined) };
		return { ...fields, config: settingsOf({ ...config, signature_secret }) };
	},
	remove: (environment, id) => {
		for (const agent of environment.agents.values()) {
			agent.actions = (agent.actions as string[]).filter((action) => action !== id);
		}
	},
};

export const actionHandlers = crud(actions);
