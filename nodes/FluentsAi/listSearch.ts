import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';

import { connect } from '../shared/connect';
import { maskSecrets } from '../shared/masking';
import { getPage } from '../shared/pagination';
import { toIsoTime } from '../shared/time';
import { typeName } from './fields/common';
import { toText } from './fields/convert';
import { accountConnections } from './resources/accountConnection/collection';
import { accountConnectionTypes } from './resources/accountConnection/fields';
import { actions } from './resources/action/collection';
import { actionTypes } from './resources/action/fields';
import { agents } from './resources/agent/collection';
import { calls } from './resources/call/collection';
import type { Collection } from './resources/crud';
import { phoneNumbers } from './resources/phoneNumber/collection';
import { prompts } from './resources/prompt/collection';
import { voices } from './resources/voice/collection';
import { voiceTypes } from './resources/voice/fields';
import { webhooks } from './resources/webhook/collection';

/** Pages that one search reads before it shows what it found; scrolling down in the list reads on. */
const PAGES_PER_SEARCH = 10;

/** Of a prompt without a label, the list shows the start of its text. */
const LONGEST_EXCERPT = 60;

interface Entry {
	name: string;
	value: string;
}

type ListSearch = (
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
) => Promise<INodeListSearchResult>;

/**
 * The API has no text search (its filter grammar is unknown), so what the user types is looked for
 * here, in the label of each entry.
 */
function searchIn(collection: Collection, toEntry: (record: IDataObject) => Entry): ListSearch {
	return async function (filter = '', paginationToken = '1') {
		const api = await connect(this);
		const wanted = filter.trim().toLowerCase();
		const results: Entry[] = [];
		const first = Number(paginationToken);

		for (let page = first; ; page++) {
			const { items, hasMore } = await getPage(
				api,
				`${collection.path}/list`,
				collection.sort ?? {},
				page,
			);
			results.push(
				...items.map(toEntry).filter(({ name }) => name.toLowerCase().includes(wanted)),
			);
			if (!hasMore || items.length === 0) return { results };
			const enough = wanted === '' || page - first + 1 === PAGES_PER_SEARCH;
			if (enough) return { results, paginationToken: String(page + 1) };
		}
	};
}

/** Objects of which many can have the same label are told apart by a second text. */
export const labelled =
	(detail: string, types: INodePropertyOptions[] = []) =>
	({ id, label, [detail]: more }: IDataObject): Entry => ({
		name: [label || id, typeName(types, more)].filter(Boolean).join(' - '),
		value: String(id),
	});

export const agentEntry = ({ id, name, label }: IDataObject): Entry => ({
	name: String(name || label || id),
	value: String(id),
});

export const listSearch = {
	searchAccountConnections: searchIn(
		accountConnections,
		labelled('type', accountConnectionTypes),
	),

	searchActions: searchIn(actions, labelled('type', actionTypes)),

	searchAgents: searchIn(agents, agentEntry),

	searchCalls: searchIn(calls, ({ id, to_number: to, start_time: start, status }) => ({
		name: [to, toIsoTime(start), status].filter(Boolean).join(' - '),
		value: String(id),
	})),

	searchPhoneNumbers: searchIn(phoneNumbers, ({ number, label, active }) => ({
		name: `${String(number)}${label ? ` (${String(label)})` : ''}${active === false ? ' - inactive' : ''}`,
		value: String(number),
	})),

	searchPrompts: searchIn(prompts, ({ id, label, content }) => ({
		name: String(label || toText(content).slice(0, LONGEST_EXCERPT) || id),
		value: String(id),
	})),

	searchVoices: searchIn(voices, labelled('type', voiceTypes)),

	searchWebhooks: searchIn(webhooks, (webhook) => labelled('url')(maskSecrets(webhook))),
};
