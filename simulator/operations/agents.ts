import { invalid, invalidField } from './errors';
import { renderAgent } from './render';
import { agentDefaults } from '../model/defaults';
import type { CollectionName, StoredObject } from '../model/objects';
import type { OperationContext } from './context';
import { actions } from './actions';
import { createFrom, crud, type Fields, referenceTo, type Resource } from './crud';
import { prompts } from './prompts';
import { voices } from './voices';
import { webhooks } from './webhooks';

const languages = ['en', 'es', 'de', 'hi', 'pt', 'fr', 'nl', 'id', 'it', 'ja', 'ko'];

function checkValues({ switches }: OperationContext, fields: Fields): void {
	const { language, deepgram_keywords: keywords } = fields;
	if (switches.languages === 'enum' && language && !languages.includes(String(language))) {
		throw invalidField(
			'language',
			`must be one of the following values: ${languages.join(', ')}`,
		);
	}
	const isArray = Array.isArray(keywords);
	if (keywords && isArray !== (switches.deepgramKeywords === 'array')) {
		throw invalidField('deepgram_keywords', `must be an ${switches.deepgramKeywords}`);
	}
}

function readAgent(context: OperationContext, fields: Fields, existing?: StoredObject): Fields {
	const isNew = existing === undefined;
	if (isNew && context.switches.actionsRequired && fields.actions === undefined) {
		throw invalid({ in: 'body', field: 'actions', kind: 'missing' });
	}
	checkValues(context, fields);
	const inline = (resource: Resource) => (sent: Fields) => createFrom(context, resource, sent);
	const read = { ...fields };
	const readReference = (
		field: string,
		collection: CollectionName,
		create?: ReturnType<typeof inline>,
	) => {
		if (fields[field] === undefined) return;
		read[field] = referenceTo(context, collection, field, fields[field], create);
	};
	readReference('prompt', 'prompts', inline(prompts));
	readReference(
		'voice',
		'voices',
		context.switches.voiceInput === 'object' ? inline(voices) : undefined,
	);
	readReference('webhook', 'webhooks', inline(webhooks));
	readReference('openai_account_connection', 'accountConnections');
	if (Array.isArray(fields.actions)) {
		read.actions = fields.actions.map((action) =>
			referenceTo(context, 'actions', 'actions', action, inline(actions)),
		);
	}
	return read;
}

export const agentHandlers = crud({
	collection: 'agents',
	singular: 'Agent',
	plural: 'Agents',
	defaults: agentDefaults,
	mainFields: ['name', 'language', 'prompt', 'actions', 'voice'],
	read: readAgent,
	render: renderAgent,
	remove: (environment, id) => {
		for (const number of environment.numbers.values()) {
			if (number.inbound_agent === id) number.inbound_agent = null;
		}
	},
});
